"""Who calls, said aloud before camera and microphone open: a chime, then a sentence in the resident's language."""
