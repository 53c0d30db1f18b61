"""The department that decides: who may ask for what, who must agree, by when."""
