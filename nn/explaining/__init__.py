"""Why a network says what it says: which columns it relies on, and how its answers move."""
