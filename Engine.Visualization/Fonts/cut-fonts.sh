#!/usr/bin/env bash
# Makes the fonts of this folder again: `bash cut-fonts.sh FOLDER`, with the folder of DejaVu 2.37's DejaVuSans.ttf and
# DejaVuSans-Bold.ttf. Needs Python's fontTools. Kept: Latin (Western and Central European), Greek, punctuation, superscripts
# and subscripts, arrows, and the signs of formulas.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ranges='U+0020-007E,U+00A0-017F,U+0370-03FF,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2032,U+2033,U+2070-209C,U+20AC'
ranges+=',U+2190-2195,U+2200-2209,U+220F,U+2211-2213,U+2215,U+2218,U+221A,U+221D,U+221E,U+2225-222B,U+2248,U+2260,U+2261'
ranges+=',U+2264,U+2265,U+2295,U+2297,U+2299,U+22C5'
for name in DejaVuSans DejaVuSans-Bold; do
    python3 -m fontTools.subset "$1/$name.ttf" --unicodes="$ranges" --layout-features=kern,mark,mkmk,liga --no-hinting \
        --name-IDs='*' --output-file="$here/$name.subset.ttf"
done
