"""Why a digit is read as it is, and how a picture is read step by step, in pictures."""
