"""The three departments (forms, certs, notify) and the launcher that alone knows them all."""
