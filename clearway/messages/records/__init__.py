"""Records that only the wire knows: typed like the documents, but no case of ours is made of them."""
