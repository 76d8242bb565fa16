# SPDX-License-Identifier: MIT
# Nix. Parsed by nix 2.8 (nix-instantiate --parse), not built: nixpkgs cannot be had where it was
# written. A service for NixOS is three lines: systemd.packages = [ useroom ];
# systemd.services.useroom.wantedBy = [ "multi-user.target" ]; and the settings as
# environment.etc."useroom.conf".text.
{ pkgs ? import <nixpkgs> { } }:

pkgs.stdenv.mkDerivation {
  pname = "useroom";
  version = "1.0.0";
  src = pkgs.lib.cleanSource ./..;
  nativeBuildInputs = with pkgs; [ meson ninja pkg-config python3 ];
  buildInputs = with pkgs; [ json_c libmicrohttpd libnotify ncurses ];
  checkInputs = with pkgs; [ cmocka ];
  mesonFlags = [ "-Dinit=systemd" "-Dtests=enabled" ];
  postPatch = "patchShebangs tools tests";
  doCheck = true;
  checkPhase = "meson test --timeout-multiplier 10 --print-errorlogs --suite unit --suite pure --suite fuzz";
  meta = {
    description = "Ends one process before memory runs out";
    license = pkgs.lib.licenses.mit;
    platforms = pkgs.lib.platforms.linux;
    mainProgram = "useroom";
  };
}
