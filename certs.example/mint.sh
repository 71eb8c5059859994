#!/bin/sh
# Mints a throw-away set of certificates: ./mint.sh DIR [NAME]
# NAME is the server's name, example.energydata.org.uk unless given. Not for production.
set -eu

dir=${1:?usage: ./mint.sh DIR [NAME]}
name=${2:-example.energydata.org.uk}
days=7
umask 077
mkdir -p "$dir"
cd "$dir"

key() {
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

# root FILE SUBJECT: a root authority in FILE.pem, its key in FILE.key
root() {
    key "$1.key"
    openssl req -x509 -new -key "$1.key" -subj "/CN=$2" -days "$days" -out "$1.pem" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

# issue FILE SUBJECT ISSUER EXTENSIONS: a certificate in FILE.pem by ISSUER
issue() {
    key "$1.key"
    openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"
    printf '%s\n' "$4" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -days "$days" -extfile "$1.ext" -out "$1.pem" 2>/dev/null
    rm "$1.csr" "$1.ext"
}

leaf='basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature'

root consumers-root "Throw-away consumers' root"
issue consumers-issuer "Throw-away consumers' issuer" consumers-root 'basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid'
cat consumers-root.pem consumers-issuer.pem >consumers-ca.pem

root directory-ca "Throw-away directory root"
root web-ca "Throw-away web root"

issue a "provider.example" consumers-issuer "$leaf
extendedKeyUsage=clientAuth
subjectAltName=DNS:provider.example"
issue consumer "consumer.example" consumers-issuer "$leaf
extendedKeyUsage=clientAuth
subjectAltName=DNS:consumer.example"
issue server "$name" web-ca "$leaf
extendedKeyUsage=serverAuth
subjectAltName=DNS:$name"

chmod 644 ./*.pem
echo "Minted in $(pwd), for $days days. Not for production."
