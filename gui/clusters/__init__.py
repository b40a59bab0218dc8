"""The clusters beside the map: the outline, and the dialogs to find, change and compare them."""
