//! Long prologues: up to 64 KiB the place is found, beyond that the page is let alone.
