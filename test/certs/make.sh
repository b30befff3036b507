#!/bin/sh
# Makes the certificates of this directory anew; see README.md. Needs openssl. Run it here.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }
cat > "$work/ca.cnf" <<CNF
[ca]
default_ca = it
[it]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[root]
basicConstraints = critical,CA:true
[leaf]
basicConstraints = CA:false
subjectAltName = DNS:a.example,DNS:*.wild.example,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1
[bare]
basicConstraints = CA:false
CNF
: > "$work/index"
echo 01 > "$work/serial"

# sign NAME SUBJECT KEY EXTENSIONS FROM TO [signer options]
sign() {
  name=$1 subject=$2 key=$3 extensions=$4 from=$5 to=$6
  shift 6
  openssl req -new -key "$key" -subj "/CN=$subject" -out "$work/csr"
  openssl ca -batch -notext -config "$work/ca.cnf" -extensions "$extensions" -startdate "$from" -enddate "$to" \
    -in "$work/csr" -out "$name" "$@" 2>/dev/null
}

old=20000101000000Z
past=20200101000000Z
far=21200101000000Z
farther=21210101000000Z
key "$work/root.key"
key "$work/intermediate.key"
key key.pem
by_root="-cert root.pem -keyfile $work/root.key"
sign root.pem 'upalert test root' "$work/root.key" root $old $farther -selfsign -keyfile "$work/root.key"
sign good.pem a.example key.pem leaf $old $far $by_root
sign expired.pem a.example key.pem leaf $old $past $by_root
sign future.pem a.example key.pem leaf $far $farther $by_root
sign bare.pem 'b.example' key.pem bare $old $far $by_root
sign self-signed.pem a.example key.pem leaf $old $far -selfsign -keyfile key.pem
sign "$work/intermediate.pem" 'upalert test intermediate' "$work/intermediate.key" root $old $far $by_root
sign leaf-alone.pem a.example key.pem leaf $old $far -cert "$work/intermediate.pem" -keyfile "$work/intermediate.key"
cat leaf-alone.pem "$work/intermediate.pem" > chain.pem
