#!/bin/sh
# Changes privacy settings of an instance, and tells by its exit code what became of them:
#   0 all of it holds   1 failed   2 wrong use   3 some fields do not hold: each is named   4 not connected to WhatsApp
#   5 the token is refused, or may not do that   6 another try may succeed
# Needs curl 7.71; with jq it prints a line a field, without it the answer as it came.
set -eu

url=${PRIVET_URL:-http://127.0.0.1:4000}

usage() {
  echo "usage: PRIVET_TOKEN=... [PRIVET_URL=$url] $0 INSTANCE lastSeen=NONE groupAdd=CONTACTS ..." >&2
  exit 2
}

if [ $# -lt 2 ] || [ -z "${PRIVET_TOKEN:-}" ]; then usage; fi
instance=$1
shift
# What goes into JSON as it is.
case $instance in *[!A-Za-z0-9._:-]*) usage ;; esac

visibility='' privacy='' permissions=''
for change in "$@"; do
  name=${change%%=*} value=${change#*=}
  case $value in '' | *[!A-Z0-9_]*) usage ;; esac
  pair="\"$name\":\"$value\","
  case $name in
    lastSeen | status | profile | online | linkedProfiles | pix) visibility=$visibility$pair ;;
    readReceipts | defense | defaultDisappearing) privacy=$privacy$pair ;;
    callAdd | groupAdd | messages | stickers) permissions=$permissions$pair ;;
    *) usage ;;
  esac
done
input="\"visibility\":{${visibility%,}},\"privacy\":{${privacy%,}},\"permissions\":{${permissions%,}}"
# shellcheck disable=SC2016 # GraphQL's variables, not the shell's.
query='mutation ($instance: String!, $input: UpdatePrivacyInput!) { updatePrivacy(instance: $instance, input: $input) {
  outcomes { field requested current result } failures { field code message } } }'
body="{\"query\":\"$(printf '%s' "$query" | tr '\n' ' ')\",\"variables\":{\"instance\":\"$instance\",\"input\":{$input}}}"

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
# The key makes every try the same call: it is made once, however often it is sent.
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
# The token goes in by standard input: an argument is for every user of the machine to see.
printf '%s' "$PRIVET_TOKEN" | sed 's/[\\"]/\\&/g; s/.*/header = "Authorization: Bearer &"/' |
  curl --silent --show-error --config - --max-time 40 --retry 3 --retry-all-errors --retry-max-time 60 \
    --header 'Content-Type: application/json' --header 'Accept: application/json' --header "Idempotency-Key: $key" \
    --data "$body" --output "$answer" "$url/graphql" || exit 6

if command -v jq >/dev/null; then
  jq -r '(.errors // [])[] | "\(.extensions.code): \(.message)"' "$answer" >&2 || exit 1
  jq -r '.data.updatePrivacy // empty | (.failures | map({ (.field): "\(.code), \(.message)" }) | add // {}) as $why
    | .outcomes[] | [.field, .result, .current // "not known", $why[.field] // empty] | @tsv' "$answer" || exit 1
else
  cat "$answer"
  echo
fi

has() { grep -q "$1" "$answer"; }
if has '"failures":\[\]'; then exit 0; fi
if has '"failures":\['; then exit 3; fi
if has '"code":"INSTANCE_NOT_CONNECTED"'; then exit 4; fi
if has '"code":"\(UNAUTHENTICATED\|FORBIDDEN\)"'; then exit 5; fi
if has '"code":"\(RATE_LIMITED\|OVERLOADED\|TIMEOUT\)"'; then exit 6; fi
if has '"code":"\(BAD_USER_INPUT\|GRAPHQL_VALIDATION_FAILED\)"'; then exit 2; fi
exit 1
