# shellcheck shell=bash disable=SC2034 # read by perild-provision and includes
# How perild's scripts write files: what a person has changed is known by its sum, and kept.

export LC_ALL=C.UTF-8 # what is compared, sorted and read does not depend on who is logged in
readonly SHARE=/usr/share/perild
readonly RECORD=/var/lib/perild-provision # what we wrote, to know a file that was changed by hand; root's alone
readonly TEMPLATE=$RECORD/site.template    # the sum of what our sites were made from
readonly PARTS=/etc/nginx/perild.d        # the parts of our site

record_of() { printf '%s/%s.sha256' "$RECORD" "${1//\//_}"; }

sum_of() { sha256sum <"$1"; }

record() {
    install -d "$RECORD"
    sum_of "$1" >"$(record_of "$1")"
}

# Whether a person has changed the file since we wrote it, or wrote it in the first place.
is_edited() {
    [[ -e $1 ]] || return 1
    [[ ! -e $(record_of "$1") || $(sum_of "$1") != "$(<"$(record_of "$1")")" ]]
}

# write FILE [MODE]: its content is standard input. Written beside and renamed, so that no half of it is ever read.
write() {
    local beside
    beside=$(mktemp "$1.XXXXXX")
    if ! cat >"$beside" || ! sync "$beside"; then
        rm -f "$beside"
        return 1
    fi
    chmod "${2:-0644}" "$beside"
    mv -f -- "$beside" "$1"
    record "$1"
}

# part_text NAME [VERSIONS]: a part of our site as this version has it. The versions of TLS are those of a profile: those
# that are in place, or VERSIONS.
part_text() {
    local versions=${2-}
    if [[ $1 != tls-versions.inc ]]; then
        cat "$SHARE/nginx/perild.d/$1"
        return
    fi
    if [[ -z $versions ]] && grep -qs '^ssl_protocols TLSv1.3;' "$PARTS/$1"; then versions=TLSv1.3; fi
    sed "s/^ssl_protocols .*;/ssl_protocols ${versions:-TLSv1.2 TLSv1.3};/" "$SHARE/nginx/perild.d/$1"
}

# Of all that nginx reads and that is ours, to know whether it has read it.
sum_of_sites() {
    { cat /etc/nginx/sites-available/perild*.conf /etc/nginx/conf.d/*perild*.conf "$PARTS"/* \
        /etc/perild*/certs/consumers-ca.pem 2>/dev/null || true; } | sha256sum
}

note_loaded() {
    install -d "$RECORD"
    sum_of_sites >"$RECORD/nginx.loaded"
}
