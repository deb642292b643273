#compdef serialbattery
# SPDX-FileCopyrightText: 2026 The SerialBattery authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of serialbattery(1) for zsh.

_serialbattery_ids() {
    local -a ids
    ids=(${(f)"$(serialbattery drivers --json 2>/dev/null | tr ',' '\n' | sed -n 's/.*"id": *"\([^"]*\)".*/\1/p')"})
    _describe -t bms 'BMS' ids
}

_serialbattery_ports() {
    local -a ports
    ports=(/dev/serial/by-id/*(N) /dev/ttyUSB*(N) /dev/ttyACM*(N))
    compadd -a ports
    _files
}

_serialbattery() {
    local -a commands common source_options simulation
    local curcontext=$curcontext state line
    commands=(
        'run:the service\: reads batteries and publishes them on D-Bus'
        'read:reads a battery once and prints it'
        'monitor:shows a battery live in the terminal'
        'status:prints the batteries that are on the bus'
        'scan:lists serial ports, and what is on them'
        'drivers:lists the BMS that are supported'
        'simulate:a simulated battery on a pseudo terminal'
        'simulate-control:runs charge control over a scenario'
        'demo:a simulated battery, read and shown, in one command'
        'capture:records every byte exchanged with a battery'
        'convert:turns recordings of all kinds into each other'
        'replay:decodes a recording'
        'parameters:the settings stored in the BMS'
        'command:switches or sets something in the BMS'
        'config:checks a configuration file, lists every option'
        'offer:hands a port to the running service, for supervisors'
        'gui:opens the window'
        'help:tells about a command'
    )
    common=(
        '(-h --help)'{-h,--help}'[show help]'
        '--quiet[print errors only]'
        '--verbose[log everything]'
        '--log-level[what to log]:level:(error warning info debug)'
    )
    source_options=(
        '*--port[serial port]:port:_serialbattery_ports'
        '*--ble[Bluetooth battery]:BMS and address'
        '--adapter[Bluetooth adapter]:adapter'
        '--password-file[file with the Bluetooth password]:file:_files'
        '--bms[which BMS it is]:BMS:_serialbattery_ids'
        '*--address[bus address of the pack]:address'
    )
    simulation=(
        '--bms[which BMS to simulate]:BMS:_serialbattery_ids'
        '--count[so many batteries]:number'
        '--packs[so many packs on each port]:number'
        '--address[bus address]:address'
        '--ble[over Bluetooth]'
        '--scenario[what happens to the pack]:file:_files'
        '--seed[the same seed makes the same battery]:seed'
        '*--fault[what goes wrong]:fault:(noise truncate wrong-checksum drop delay silence hang-up)'
    )

    if ((CURRENT == 2)); then
        _describe -t commands 'command' commands
        _arguments '--help[show help]' '--version[print the version]'
        return
    fi
    local command=$words[2]
    shift words
    ((CURRENT--))
    case $command in
    run)
        _arguments $common $source_options '--bus[bus to publish on]:bus:(system session)' \
            '--config[configuration]:file:_files' '--options[options of our own]:file:_files' \
            '--settings[where settings are kept]:where:(auto dbus file)' '--exit-if-none[end when no BMS answers]' \
            '--properties-changed[send PropertiesChanged, too]' '--capture[record into a folder]:folder:_files -/' \
            '--capture-values[record decoded values, too]'
        ;;
    read) _arguments $common $source_options '--parameters[read settings, too]' '--json[print JSON]' ;;
    monitor) _arguments $common $source_options '--json[print JSON lines]' ;;
    offer) _arguments $common '--bus[bus of the service]:bus:(system session)' ':port:_serialbattery_ports' ;;
    status) _arguments $common '--bus[bus to look at]:bus:(system session)' '--json[print JSON]' ;;
    scan)
        _arguments $common '--serial[serial ports]' '--ble[Bluetooth devices]' '--adapter[Bluetooth adapter]:adapter' \
            '--detect[ask which BMS is there]' \
            '*--port[only this port]:port:_serialbattery_ports' \
            '--all[ports without hardware, too]' '--json[print JSON]' '--timeout[how long]:seconds'
        ;;
    drivers) _arguments $common '--json[print JSON]' '--markdown[print the page for users]' ;;
    simulate) _arguments $common $simulation '--link[name of the port]:path:_files' '--echo[return requests]' ;;
    demo) _arguments $common $simulation '--gui[in the window]' '--json[print JSON lines]' ;;
    capture)
        _arguments $common $source_options '--output[file to write]:file:_files' '--seconds[how long]:seconds' \
            '--capture-values[record decoded values, too]' '--anonymous[mask names and serial numbers]'
        ;;
    convert)
        _arguments $common ':recording:_files' ':file to write:_files' '--bms[which BMS it is]:BMS:_serialbattery_ids' \
            '--case[only this case of a vector file]:name' '--tx-channel[channel that goes to the BMS]:name' \
            '--lenient[pass over broken lines]'
        ;;
    replay)
        _arguments $common ':recording:_files' '--bms[which BMS it is]:BMS:_serialbattery_ids' \
            '--link[which connection]:link' '--speed[1 is real time]:factor' \
            '--chunks[how replies are cut]:how:(recorded whole bytes random\:1)' '--json[print JSON lines]' \
            '--strict[fail on another order]' '--lenient[pass over broken lines]' '--expect[compare]'
        ;;
    parameters)
        _arguments $common $source_options ':what:(list get set export import diff)' '*:file:_files' \
            '--json[print JSON]' '--yes[write without asking]'
        ;;
    command)
        _arguments $common $source_options '--bus[bus of the service]:bus:(system session)' '--yes[do it without asking]' \
            ':what:(charge discharge balancing heater set-soc balance-test pause)' ':value:(on off odd even)'
        ;;
    config)
        _arguments $common ':what:(check list)' '*:file:_files' '--effective[values in force, too]' '--json[print JSON]' \
            '--markdown[as the documentation]'
        ;;
    simulate-control) _arguments $common ':scenario:_files' ;;
    gui)
        _arguments $source_options '--panel[full screen, for touch]' '(--dark)--light[light colours]' \
            '(--light)--dark[dark colours]' '--size[size of the window]:width x height' \
            '--screenshot[write a picture and end]:file:_files' '--help[show help]' '--version[print the version]'
        ;;
    help) _describe -t commands 'command' commands ;;
    esac
}

_serialbattery "$@"
