"""The commands of `dataqual`, one file each: parse, call one function, print."""
