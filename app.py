"""Serve the page of this checkout: python app.py. A Hugging Face Space starts this file."""

from mnist_demo.app import main

if __name__ == "__main__":
    main()
