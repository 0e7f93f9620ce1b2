"""The chat page: an Answer goes in, calm and safe HTML comes out; page.py is the door to Gradio."""
