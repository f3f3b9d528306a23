# flue needs no ns-3.
flue --version | head -n 1 | grep -q '^flue [0-9.]* ('
! ldd "$(command -v flue)" | grep -i ns3
ldd "$(command -v flue)" | grep -q libgsl
