"""The bot over HTTP as JSON: a question comes in, `Answer.to_dict()` goes out, an error is `{"error": ...}`."""
