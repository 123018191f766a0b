"""How the nets learn, and what from."""
