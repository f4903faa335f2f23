"""What can be configured: the API's session and response objects, and their flat names."""
