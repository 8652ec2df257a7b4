#!/bin/sh
# Makes a certificate authority and a certificate like the one that Sigstore issues to the workflow `release` of a tag.
#
#   tools/release/programs/authority.sh DIRECTORY IDENTITY ISSUER
#
# IDENTITY is the URL of the workflow, and ISSUER the issuer of its token.
set -eu

cd "$1"
curve="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
# shellcheck disable=SC2086
openssl req -x509 $curve -keyout authority.key -out authority.pem -days 1 -subj /CN=rehearsal \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
# 1.3.6.1.4.1.57264.1.8 is Sigstore's field of the issuer.
cat >extensions <<EOF
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = codeSigning
subjectAltName = critical, URI:$2
1.3.6.1.4.1.57264.1.8 = ASN1:UTF8String:$3
EOF
# shellcheck disable=SC2086
openssl req $curve -keyout key.pem -out request.pem -subj /
openssl x509 -req -in request.pem -CA authority.pem -CAkey authority.key -CAcreateserial -days 1 -extfile extensions \
  -out certificate.pem
COSIGN_PASSWORD="" "$REAL_COSIGN" import-key-pair --key key.pem --output-key-prefix cosign
"$REAL_COSIGN" trusted-root create --fulcio "url=https://fulcio.invalid,certificate-chain=authority.pem" --out root.json
"$REAL_COSIGN" signing-config create --out signing.json
