"""What a signature stands on: keys and certificates, the installation's authority, time stamps,
proof that nothing was revoked, and the level (ETSI EN 319 142-1) that a finished file has."""
