# SPDX-FileCopyrightText: 2026 The SerialBattery authors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2207
# Completion of serialbattery(1) for bash.

_serialbattery_ids() { serialbattery drivers --json 2>/dev/null | tr ',' '\n' | sed -n 's/.*"id": *"\([^"]*\)".*/\1/p'; }

_serialbattery_options() {
    local common='--help --quiet --verbose --log-level' source='--port --ble --adapter --password-file --bms --address'
    case $1 in
    run) echo "$common $source --bus --config --options --settings --exit-if-none --properties-changed --capture --capture-values" ;;
    read) echo "$common $source --parameters --json" ;;
    monitor) echo "$common $source --json" ;;
    status) echo "$common --bus --json" ;;
    offer) echo "$common --bus" ;;
    scan) echo "$common --serial --ble --adapter --detect --port --all --json --timeout" ;;
    drivers) echo "$common --json --markdown" ;;
    config) echo "$common --effective --json --markdown" ;;
    simulate-control) echo "$common" ;;
    simulate) echo "$common --bms --count --packs --address --ble --scenario --seed --fault --link --echo" ;;
    demo) echo "$common --bms --count --packs --address --ble --scenario --seed --fault --gui --json" ;;
    capture) echo "$common $source --output --seconds --capture-values --anonymous" ;;
    convert) echo "$common --bms --case --tx-channel --lenient" ;;
    replay) echo "$common --bms --link --speed --chunks --json --strict --lenient --expect" ;;
    parameters) echo "$common $source --json --yes" ;;
    command) echo "$common $source --bus --yes" ;;
    gui) echo "$source --panel --light --dark --size --screenshot --help --version" ;;
    esac
}

_serialbattery() {
    local commands='run offer read monitor status scan drivers simulate simulate-control demo capture convert replay parameters command config gui help'
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]:-}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "$commands --help --version" -- "$current"))
        return
    fi
    case $previous in
    --port)
        COMPREPLY=($(compgen -W "$(compgen -G '/dev/serial/by-id/*') $(compgen -G '/dev/tty[UAr][SCf]*')" -- "$current")
            $(compgen -f -- "$current"))
        return
        ;;
    --bms)
        COMPREPLY=($(compgen -W "$(_serialbattery_ids)" -- "$current"))
        return
        ;;
    --bus)
        COMPREPLY=($(compgen -W 'system session' -- "$current"))
        return
        ;;
    --settings)
        COMPREPLY=($(compgen -W 'auto dbus file' -- "$current"))
        return
        ;;
    --log-level)
        COMPREPLY=($(compgen -W 'error warning info debug' -- "$current"))
        return
        ;;
    --fault)
        COMPREPLY=($(compgen -W 'noise truncate wrong-checksum drop delay silence hang-up' -- "$current"))
        return
        ;;
    --chunks)
        COMPREPLY=($(compgen -W 'recorded whole bytes random:1' -- "$current"))
        return
        ;;
    --capture)
        COMPREPLY=($(compgen -d -- "$current"))
        return
        ;;
    --config | --options | --output | --scenario | --screenshot)
        COMPREPLY=($(compgen -f -- "$current"))
        return
        ;;
    --link)
        [ "$command" = simulate ] && COMPREPLY=($(compgen -f -- "$current"))
        return
        ;;
    --address | --count | --packs | --seed | --seconds | --size | --speed | --timeout) return ;;
    esac
    if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$(_serialbattery_options "$command")" -- "$current"))
        return
    fi
    case $command in
    help) [ "$COMP_CWORD" -eq 2 ] && COMPREPLY=($(compgen -W "$commands" -- "$current")) ;;
    parameters)
        if [ "$COMP_CWORD" -eq 2 ]; then
            COMPREPLY=($(compgen -W 'list get set export import diff' -- "$current"))
        else
            COMPREPLY=($(compgen -f -- "$current"))
        fi
        ;;
    command)
        if [ "$COMP_CWORD" -eq 2 ]; then
            COMPREPLY=($(compgen -W 'charge discharge balancing heater set-soc balance-test pause' -- "$current"))
        elif [ "$COMP_CWORD" -eq 3 ]; then
            case $previous in
            charge | discharge | balancing | heater) COMPREPLY=($(compgen -W 'on off' -- "$current")) ;;
            balance-test) COMPREPLY=($(compgen -W 'odd even' -- "$current")) ;;
            esac
        fi
        ;;
    config)
        if [ "$COMP_CWORD" -eq 2 ]; then
            COMPREPLY=($(compgen -W 'check list' -- "$current"))
        else
            COMPREPLY=($(compgen -f -- "$current"))
        fi
        ;;
    replay | simulate-control) COMPREPLY=($(compgen -f -- "$current")) ;;
    esac
}

complete -o filenames -F _serialbattery serialbattery
