"""The pages behind a link: a professor reads an application and decides, without signing in."""
