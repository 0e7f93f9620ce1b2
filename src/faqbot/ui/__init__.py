"""The chat page, the widget, the articles and the list of topics. Only page.py imports gradio."""
