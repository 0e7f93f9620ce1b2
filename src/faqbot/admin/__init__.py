"""The owner's page at `/admin`: upload, preview, publish and roll back documents. Off unless a token is set."""
