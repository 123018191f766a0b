"""What the page is made of, with a server or without: its head, words, looks, card and scripts."""
