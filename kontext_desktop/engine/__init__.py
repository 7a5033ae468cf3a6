"""What the product does, as plain blocking functions over a Studio. No Qt.

Nothing is imported here: the window loads each part when it is first needed.
"""
