#!/usr/bin/env bash
# Cuts the sample from the full MNIST files: the first 10,000 training and the first 2,000 test digits, with their labels.
# An IDX file is a header (magic, then one big-endian count an axis) and the elements row by row, so the first rows of one
# are its first bytes behind a header with another count. The output depends on the input alone: gzip -n stores no time.
#
#   ./cut-sample.sh FOLDER-WITH-THE-FOUR-GZIPPED-MNIST-FILES
set -euo pipefail

source_folder=${1:?usage: cut-sample.sh FOLDER-WITH-THE-FOUR-GZIPPED-MNIST-FILES}
target_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

cut_file() # name, rows, bytes of the header, bytes of a row
{
    local name=$1.gz rows=$2 header=$3 row=$4 whole
    whole=$(mktemp)
    gzip -dc "$source_folder/$name" > "$whole"
    {
        head -c 4 "$whole"
        printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((rows >> 24)) $((rows >> 16 & 255)) $((rows >> 8 & 255)) $((rows & 255)))"
        head -c $((header + rows * row)) "$whole" | tail -c +9
    } | gzip -9n > "$target_folder/$name"
    rm "$whole"
}

cut_file train-images-idx3-ubyte 10000 16 784
cut_file train-labels-idx1-ubyte 10000 8 1
cut_file t10k-images-idx3-ubyte 2000 16 784
cut_file t10k-labels-idx1-ubyte 2000 8 1
