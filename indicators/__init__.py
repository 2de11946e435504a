"""What the numbers mean: definitions, weekly numbers, judged trends, words and charts."""
