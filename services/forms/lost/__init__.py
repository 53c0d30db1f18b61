"""A student lost the phone with the authenticator app: the office takes the app off the account."""
