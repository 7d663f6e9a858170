#!/bin/sh
# Makes the certificates of the tests anew. Needs openssl 3; run it in this folder.
set -eu
days=36500

authority() { # name
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$days" \
    -subj "/CN=Strata test $1" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}

signed() { # name, authority, subject alternative names
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=Strata test $1" \
    -addext "subjectAltName=$3" -addext "extendedKeyUsage=serverAuth,clientAuth" \
    -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -days "$days" -copy_extensions copy \
    -out "$1.pem" 2>/dev/null
  rm "$1.csr"
}

authority ca
authority other-ca
signed node ca "DNS:localhost,IP:127.0.0.1,IP:::1"
signed elsewhere ca "DNS:elsewhere.invalid"
signed stranger other-ca "DNS:localhost,IP:127.0.0.1,IP:::1"
# Nobody signs anything else with these.
rm ca.key other-ca.key
rm -f ./*.srl
chmod 600 ./*.key
