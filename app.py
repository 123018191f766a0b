"""Serve the page of this checkout: python app.py. A Hugging Face Space starts this file."""

from mnist_demo.app import demo, main

__all__ = ["demo", "main"]

if __name__ == "__main__":
    main()
