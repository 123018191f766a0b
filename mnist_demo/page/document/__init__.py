"""The HTML document around the page: its head, its looks, and what installs it."""
