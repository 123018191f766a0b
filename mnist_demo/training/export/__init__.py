"""The SavedModel: its signatures, and the operations between the nets."""
