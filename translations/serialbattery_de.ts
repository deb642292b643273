<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<!-- SPDX-FileCopyrightText: 2026 The SerialBattery authors -->
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AlarmPanel</name>
    <message>
        <source>Alarms</source>
        <translation>Alarme</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>Notice</source>
        <translation>Hinweis</translation>
    </message>
</context>
<context>
    <name>AlarmRow</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>AlarmTitle</name>
    <message>
        <source>Low battery voltage</source>
        <translation>Batteriespannung niedrig</translation>
    </message>
    <message>
        <source>High battery voltage</source>
        <translation>Batteriespannung hoch</translation>
    </message>
    <message>
        <source>Low cell voltage</source>
        <translation>Zellspannung niedrig</translation>
    </message>
    <message>
        <source>High cell voltage</source>
        <translation>Zellspannung hoch</translation>
    </message>
    <message>
        <source>Low state of charge</source>
        <translation>Ladezustand niedrig</translation>
    </message>
    <message>
        <source>Low state of health</source>
        <translation>Gesundheitszustand niedrig</translation>
    </message>
    <message>
        <source>High charge current</source>
        <translation>Ladestrom hoch</translation>
    </message>
    <message>
        <source>High discharge current</source>
        <translation>Entladestrom hoch</translation>
    </message>
    <message>
        <source>Cell imbalance</source>
        <translation>Zellen ungleich</translation>
    </message>
    <message>
        <source>Internal failure</source>
        <translation>Interner Fehler</translation>
    </message>
    <message>
        <source>Too hot to charge</source>
        <translation>Zu warm zum Laden</translation>
    </message>
    <message>
        <source>Too cold to charge</source>
        <translation>Zu kalt zum Laden</translation>
    </message>
    <message>
        <source>High temperature</source>
        <translation>Temperatur hoch</translation>
    </message>
    <message>
        <source>Low temperature</source>
        <translation>Temperatur niedrig</translation>
    </message>
    <message>
        <source>BMS cable</source>
        <translation>BMS-Kabel</translation>
    </message>
    <message>
        <source>High internal temperature</source>
        <translation>Innentemperatur hoch</translation>
    </message>
    <message>
        <source>Fuse blown</source>
        <translation>Sicherung durchgebrannt</translation>
    </message>
</context>
<context>
    <name>BatterySelector</name>
    <message>
        <source>Batteries</source>
        <translation>Batterien</translation>
    </message>
    <message>
        <source>%1, %2, %3</source>
        <translation>%1, %2, %3</translation>
    </message>
</context>
<context>
    <name>CellBar</name>
    <message>
        <source>Cell %1: %2</source>
        <translation>Zelle %1: %2</translation>
    </message>
    <message>
        <source>lowest</source>
        <translation>niedrigste</translation>
    </message>
    <message>
        <source>highest</source>
        <translation>höchste</translation>
    </message>
    <message>
        <source>balancing</source>
        <translation>balanciert</translation>
    </message>
    <message>
        <source>▼ min</source>
        <translation>▼ min</translation>
    </message>
    <message>
        <source>▲ max</source>
        <translation>▲ max</translation>
    </message>
</context>
<context>
    <name>CellPanel</name>
    <message>
        <source>Cells</source>
        <translation>Zellen</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Spread</source>
        <translation>Spanne</translation>
    </message>
    <message>
        <source>Lowest</source>
        <translation>Min</translation>
    </message>
    <message>
        <source>Highest</source>
        <translation>Max</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>Balancing</source>
        <translation>Balancer</translation>
    </message>
    <message>
        <source>on</source>
        <translation>an</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>▲ max</source>
        <translation>▲ max</translation>
    </message>
    <message>
        <source>This BMS does not tell single cells</source>
        <translation>Dieses BMS nennt keine einzelnen Zellen</translation>
    </message>
    <message>
        <source>No cell voltages</source>
        <translation>Keine Zellspannungen</translation>
    </message>
    <message>
        <source>Bars from %1 to %2</source>
        <translation>Balken von %1 bis %2</translation>
    </message>
</context>
<context>
    <name>ChargePanel</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>last known, %1 ago</source>
        <translation>zuletzt bekannt, vor %1</translation>
    </message>
    <message>
        <source>State of charge</source>
        <translation>Ladezustand</translation>
    </message>
</context>
<context>
    <name>CompactPage</name>
    <message>
        <source>Overview</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>Cells</source>
        <translation>Zellen</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Details</translation>
    </message>
</context>
<context>
    <name>ConnectionBadge</name>
    <message>
        <source>%1 · %2 ago</source>
        <translation>%1 · vor %2</translation>
    </message>
    <message>
        <source>Connection: %1</source>
        <translation>Verbindung: %1</translation>
    </message>
</context>
<context>
    <name>ConnectionBanner</name>
    <message>
        <source>The battery does not answer. Measurements are unknown until it does.</source>
        <translation>Die Batterie antwortet nicht. Bis dahin sind die Messwerte unbekannt.</translation>
    </message>
    <message>
        <source>The battery did not answer just now. Values are from the last reading.</source>
        <translation>Die Batterie hat gerade nicht geantwortet. Die Werte sind von der letzten Ablesung.</translation>
    </message>
    <message>
        <source>The BMS sleeps. It wakes up when the battery is used.</source>
        <translation>Das BMS schläft. Es wacht auf, wenn die Batterie benutzt wird.</translation>
    </message>
    <message>
        <source>Reading is paused, so that another program can talk to the battery.</source>
        <translation>Das Ablesen ist angehalten, damit ein anderes Programm mit der Batterie sprechen kann.</translation>
    </message>
    <message>
        <source>Waiting for the first reading.</source>
        <translation>Warten auf die erste Ablesung.</translation>
    </message>
</context>
<context>
    <name>DetailPanel</name>
    <message>
        <source>Details</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>Health</source>
        <translation>Gesundheit</translation>
    </message>
    <message>
        <source>Cycles</source>
        <translation>Zyklen</translation>
    </message>
    <message>
        <source>Hardware</source>
        <translation>Hardware</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>Firmware</translation>
    </message>
    <message>
        <source>Serial no.</source>
        <translation>Serien-Nr.</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>Anschluss</translation>
    </message>
    <message>
        <source>Good polls</source>
        <translation>Gute Abfragen</translation>
    </message>
</context>
<context>
    <name>Format</name>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>%1 d</source>
        <translation>%1 T</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Aktuell</translation>
    </message>
    <message>
        <source>Stale</source>
        <translation>Veraltet</translation>
    </message>
    <message>
        <source>Asleep</source>
        <translation>Schläft</translation>
    </message>
    <message>
        <source>Lost</source>
        <translation>Verloren</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Charging</source>
        <translation>Lädt</translation>
    </message>
    <message>
        <source>Discharging</source>
        <translation>Entlädt</translation>
    </message>
    <message>
        <source>Idle</source>
        <translation>Ruht</translation>
    </message>
    <message>
        <source>Alarm</source>
        <translation>Alarm</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
</context>
<context>
    <name>GuiOptions</name>
    <message>
        <source>%1 needs a value</source>
        <translation>%1 braucht einen Wert</translation>
    </message>
    <message>
        <source>"%1" is no window size: use WIDTHxHEIGHT, such as 1280x800</source>
        <translation>„%1“ ist keine Fenstergröße: BREITExHÖHE angeben, etwa 1280x800</translation>
    </message>
    <message>
        <source>Usage: serialbattery-gui [--panel] [--light|--dark] [SOURCE]
Shows batteries in a window. Without a source it looks for them on all serial ports.

  --panel            full screen, laid out for a touch panel of 800x480
  --light, --dark    colours; else as the desktop has them
  --size WxH         size of the window
  --screenshot FILE  writes a picture once there are values, and ends
  --help, --version

SOURCE is what "serialbattery read --help" says.
</source>
        <translation>Aufruf: serialbattery-gui [--panel] [--light|--dark] [QUELLE]
Zeigt Batterien in einem Fenster. Ohne Quelle wird an allen seriellen Anschlüssen gesucht.

  --panel            ganzer Bildschirm, eingeteilt für ein Touch-Panel mit 800x480
  --light, --dark    Farben; sonst wie die Arbeitsumgebung
  --size BxH         Größe des Fensters
  --screenshot DATEI schreibt ein Bild, sobald es Werte gibt, und endet
  --help, --version

QUELLE ist, was „serialbattery read --help“ nennt.
</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Light colours</source>
        <translation>Helle Farben</translation>
    </message>
    <message>
        <source>Dark colours</source>
        <translation>Dunkle Farben</translation>
    </message>
</context>
<context>
    <name>InfoRow</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>Main</name>
    <message>
        <source>%1 – SerialBattery</source>
        <translation>%1 – SerialBattery</translation>
    </message>
    <message>
        <source>SerialBattery</source>
        <translation>SerialBattery</translation>
    </message>
</context>
<context>
    <name>NoticeTitle</name>
    <message>
        <source>Charging or discharging is switched off by a command</source>
        <translation>Laden oder Entladen ist durch einen Befehl abgeschaltet</translation>
    </message>
    <message>
        <source>The BMS stopped charging after its time limit</source>
        <translation>Das BMS hat das Laden nach seiner Höchstdauer beendet</translation>
    </message>
    <message>
        <source>State of charge and capacity disagree: check the capacity in the BMS</source>
        <translation>Ladezustand und Kapazität widersprechen sich: Kapazität im BMS prüfen</translation>
    </message>
</context>
<context>
    <name>OverviewCompact</name>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>Cell spread</source>
        <translation>Zellspanne</translation>
    </message>
    <message>
        <source>Battery</source>
        <translation>Batterie</translation>
    </message>
    <message>
        <source>MOSFET</source>
        <translation>MOSFET</translation>
    </message>
</context>
<context>
    <name>PackReadings</name>
    <message>
        <source>Voltage</source>
        <translation>Spannung</translation>
    </message>
    <message>
        <source>Current</source>
        <translation>Strom</translation>
    </message>
    <message>
        <source>Power</source>
        <translation>Leistung</translation>
    </message>
</context>
<context>
    <name>Reading</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>Screenshot</name>
    <message>
        <source>No picture written to %1: no battery gave values within 60 s</source>
        <translation>Kein Bild nach %1 geschrieben: keine Batterie lieferte binnen 60 s Werte</translation>
    </message>
    <message>
        <source>No picture written to %1: the window could not be drawn</source>
        <translation>Kein Bild nach %1 geschrieben: das Fenster ließ sich nicht zeichnen</translation>
    </message>
    <message>
        <source>Cannot write the picture to %1: check that the folder exists and the name ends in .png</source>
        <translation>Das Bild lässt sich nicht nach %1 schreiben: gibt es den Ordner, und endet der Name auf .png?</translation>
    </message>
</context>
<context>
    <name>SocGauge</name>
    <message>
        <source>State of charge %1</source>
        <translation>Ladezustand %1</translation>
    </message>
    <message>
        <source>Charge left: %1</source>
        <translation>Verbleibende Ladung: %1</translation>
    </message>
</context>
<context>
    <name>SwitchPanel</name>
    <message>
        <source>Switches</source>
        <translation>Schalter</translation>
    </message>
    <message>
        <source>Allowed</source>
        <translation>Erlaubt</translation>
    </message>
    <message>
        <source>Blocked</source>
        <translation>Gesperrt</translation>
    </message>
    <message>
        <source>Charge</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Discharge</source>
        <translation>Entladen</translation>
    </message>
    <message>
        <source>Balancing</source>
        <translation>Balancer</translation>
    </message>
    <message>
        <source>On</source>
        <translation>An</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Heater</source>
        <translation>Heizung</translation>
    </message>
</context>
<context>
    <name>TemperaturePanel</name>
    <message>
        <source>Temperatures</source>
        <translation>Temperaturen</translation>
    </message>
    <message>
        <source>Sensor %1</source>
        <translation>Sensor %1</translation>
    </message>
    <message>
        <source>Battery</source>
        <translation>Batterie</translation>
    </message>
    <message>
        <source>MOSFET</source>
        <translation>MOSFET</translation>
    </message>
</context>
<context>
    <name>WaitingPage</name>
    <message>
        <source>Looking for batteries</source>
        <translation>Suche nach Batterien</translation>
    </message>
    <message>
        <source>Connect the adapter of your BMS. It is found by itself.</source>
        <translation>Adapter des BMS anschließen. Er wird von selbst gefunden.</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>The window cannot be built: are all packages of Qt Quick installed?</source>
        <translation>Das Fenster lässt sich nicht aufbauen: sind alle Pakete von Qt Quick installiert?</translation>
    </message>
</context>
</TS>
