"""What templates of the desk can say beside Django's own: `sentence.py`."""
