#!/bin/sh
# Makes .venv with everything in it: a supported Python, the locked packages, this package itself.
# Installs nothing outside the folder; what is missing is named with the line that installs it.
set -eu
cd "$(dirname "$0")/.."

supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}; do
        if supported "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# The line that installs what is missing, for the package manager of this machine.
install_line() {
    if command -v apt-get >/dev/null; then
        for version in 3.14 3.13 3.12 3.11; do
            if apt-cache show "python$version-venv" >/dev/null 2>&1; then
                echo "apt-get install -y python$version python$version-venv"
                return
            fi
        done
        echo "apt-get update && apt-get install -y python3 python3-venv"
    elif command -v dnf >/dev/null; then
        echo "dnf install -y python3.12"
    elif command -v apk >/dev/null; then
        echo "apk add python3"
    elif command -v brew >/dev/null; then
        echo "brew install python@3.13"
    else
        echo "curl -LsSf https://astral.sh/uv/install.sh | sh && uv python install 3.13"
    fi
}

stop() {
    echo "$1" >&2
    echo "Run this (as root where the system asks for it), then try again:" >&2
    echo "    $2" >&2
    exit 1
}

make_environment() {
    rm -rf .venv
    if "$1" -c 'import ensurepip, venv' 2>/dev/null; then
        "$1" -m venv .venv
    elif "$1" -m virtualenv --version >/dev/null 2>&1; then
        "$1" -m virtualenv --quiet .venv
    elif command -v virtualenv >/dev/null; then
        virtualenv --quiet --python "$1" .venv
    elif command -v uv >/dev/null; then
        uv venv --quiet --seed --python "$1" .venv
    else
        version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        line="$1 -m pip install --user virtualenv"
        if command -v apt-get >/dev/null; then
            line="apt-get install -y python$version-venv"
        fi
        stop "Python $version is here, but nothing that makes an environment for it." "$line"
    fi
}

if ! supported .venv/bin/python; then
    python=$(find_python) ||
        stop "Python 3.11, 3.12, 3.13 or 3.14 is needed and none was found." "$(install_line)"
    echo "Making .venv with $("$python" --version)" >&2
    make_environment "$python"
fi
.venv/bin/python -m pip install --disable-pip-version-check --require-hashes \
    --requirement requirements-dev.lock
.venv/bin/python -m pip install --disable-pip-version-check --quiet \
    --no-deps --no-build-isolation --editable .
