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
    <name>Ant</name>
    <message>
        <source>code 0x%1</source>
        <translation>Code 0x%1</translation>
    </message>
    <message>
        <source>the BMS refused it (code %1)</source>
        <translation>das BMS hat es verweigert (Code %1)</translation>
    </message>
    <message>
        <source>the BMS does not take the password</source>
        <translation>das BMS nimmt das Passwort nicht an</translation>
    </message>
    <message>
        <source>the password of this BMS has %1 characters</source>
        <translation>das Passwort dieses BMS hat %1 Zeichen</translation>
    </message>
    <message>
        <source>sent, but the BMS can't be asked for the effect</source>
        <translation>gesendet, aber das BMS kann nicht nach der Wirkung gefragt werden</translation>
    </message>
    <message>
        <source>the charge FET was not switched</source>
        <translation>der Lade-FET wurde nicht geschaltet</translation>
    </message>
    <message>
        <source>the discharge FET was not switched</source>
        <translation>der Entlade-FET wurde nicht geschaltet</translation>
    </message>
    <message>
        <source>the balancer was not switched</source>
        <translation>der Balancer wurde nicht geschaltet</translation>
    </message>
    <message>
        <source>sent, but the charge FET did not change: the password may be wrong, or a protection holds it</source>
        <translation>gesendet, aber der Lade-FET hat sich nicht geändert: das Passwort kann falsch sein, oder ein Schutz hält ihn</translation>
    </message>
    <message>
        <source>sent, but the discharge FET did not change: the password may be wrong, or a protection holds it</source>
        <translation>gesendet, aber der Entlade-FET hat sich nicht geändert: das Passwort kann falsch sein, oder ein Schutz hält ihn</translation>
    </message>
    <message>
        <source>sent, but the balancer still works: the password may be wrong</source>
        <translation>gesendet, aber der Balancer arbeitet weiter: das Passwort kann falsch sein</translation>
    </message>
</context>
<context>
    <name>Battery</name>
    <message>
        <source>%1: this BMS has no such control</source>
        <translation>%1: dieses BMS hat keine solche Steuerung</translation>
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
    <name>sb::BluetoothLink</name>
    <message>
        <source>%1: not found: switched off, out of range, or in use by a phone app</source>
        <translation>%1: nicht gefunden: ausgeschaltet, außer Reichweite oder von einer Handy-App belegt</translation>
    </message>
    <message>
        <source>%1: offers no services</source>
        <translation>%1: bietet keine Dienste an</translation>
    </message>
    <message>
        <source>%1: has not the characteristics of this BMS: is it the right type?</source>
        <translation>%1: hat nicht die Merkmale dieses BMS: ist es der richtige Typ?</translation>
    </message>
    <message>
        <source>%1: refuses to send notifications (a battery with a PIN must be paired once)</source>
        <translation>%1: verweigert Benachrichtigungen (eine Batterie mit PIN muss einmal gekoppelt werden)</translation>
    </message>
    <message numerus="yes">
        <source>%1: does not accept a connection (%n in a row)</source>
        <translation>
            <numerusform>%1: nimmt keine Verbindung an (%n Mal)</numerusform>
            <numerusform>%1: nimmt keine Verbindung an (%n Mal in Folge)</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: its Bluetooth adapter is gone</source>
        <translation>%1: der Bluetooth-Adapter ist weg</translation>
    </message>
    <message>
        <source>%1: the link was lost</source>
        <translation>%1: die Verbindung ging verloren</translation>
    </message>
    <message>
        <source>%1: no connection within %2 s: switched off, out of range, or in use by a phone app</source>
        <translation>%1: keine Verbindung innerhalb von %2 s: ausgeschaltet, außer Reichweite oder von einer Handy-App belegt</translation>
    </message>
    <message>
        <source>%1: connected, but does not tell its services</source>
        <translation>%1: verbunden, nennt aber seine Dienste nicht</translation>
    </message>
    <message>
        <source>%1: the Bluetooth service (bluetoothd) has stopped</source>
        <translation>%1: der Bluetooth-Dienst (bluetoothd) läuft nicht mehr</translation>
    </message>
</context>
<context>
    <name>sb::BluetoothRadio</name>
    <message>
        <source>the Bluetooth service (bluetoothd) is not running</source>
        <translation>der Bluetooth-Dienst (bluetoothd) läuft nicht</translation>
    </message>
    <message>
        <source>this machine has no Bluetooth adapter</source>
        <translation>dieser Rechner hat keinen Bluetooth-Adapter</translation>
    </message>
    <message>
        <source>there is no Bluetooth adapter %1</source>
        <translation>es gibt keinen Bluetooth-Adapter %1</translation>
    </message>
    <message>
        <source>Bluetooth adapter %1 is switched off</source>
        <translation>Bluetooth-Adapter %1 ist ausgeschaltet</translation>
    </message>
    <message>
        <source>Bluetooth adapter %1 was removed</source>
        <translation>Bluetooth-Adapter %1 wurde entfernt</translation>
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
    <name>main</name>
    <message>
        <source>The window cannot be built: are all packages of Qt Quick installed?</source>
        <translation>Das Fenster lässt sich nicht aufbauen: sind alle Pakete von Qt Quick installiert?</translation>
    </message>
</context>
<context>
    <name>Modbus</name>
    <message>
        <source>it does not know the function</source>
        <translation>es kennt die Funktion nicht</translation>
    </message>
    <message>
        <source>it does not have the register</source>
        <translation>es hat das Register nicht</translation>
    </message>
    <message>
        <source>it does not take the value</source>
        <translation>es nimmt den Wert nicht an</translation>
    </message>
    <message>
        <source>it failed to do it</source>
        <translation>es konnte das nicht ausführen</translation>
    </message>
    <message>
        <source>it is busy, try again later</source>
        <translation>es ist beschäftigt, versuchen Sie es später noch einmal</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>verweigert</translation>
    </message>
    <message>
        <source>%1 (Modbus exception %2)</source>
        <translation>%1 (Modbus-Ausnahme %2)</translation>
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
    <name>Pace</name>
    <message>
        <source>charge FET</source>
        <translation>Lade-FET</translation>
    </message>
    <message>
        <source>discharge FET</source>
        <translation>Entlade-FET</translation>
    </message>
    <message>
        <source>the %1 was not switched</source>
        <translation>%1: nicht geschaltet</translation>
    </message>
    <message>
        <source>the %1 was not switched: this BMS does not allow both FETs to be off</source>
        <translation>%1: nicht geschaltet; dieses BMS erlaubt nicht, dass beide FETs aus sind</translation>
    </message>
    <message>
        <source>sent, but the BMS can't be asked for the effect</source>
        <translation>gesendet, aber das BMS kann nicht nach der Wirkung gefragt werden</translation>
    </message>
    <message>
        <source>the BMS confirmed, but the %1 is still off</source>
        <translation>das BMS hat bestätigt, aber noch aus ist: %1</translation>
    </message>
    <message>
        <source>the BMS confirmed, but the %1 is still on</source>
        <translation>das BMS hat bestätigt, aber noch an ist: %1</translation>
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
    <name>sb::SerialTransport</name>
    <message>
        <source>%1: no such port</source>
        <translation>%1: kein solcher Anschluss</translation>
    </message>
    <message>
        <source>%1: in use by another program</source>
        <translation>%1: von einem anderen Programm belegt</translation>
    </message>
    <message>
        <source>%1: in use by %2</source>
        <translation>%1: belegt von %2</translation>
    </message>
    <message>
        <source>%1: not a serial port</source>
        <translation>%1: kein serieller Anschluss</translation>
    </message>
    <message>
        <source>%1: no permission: add your user to group %2 (sudo usermod -aG %2 $USER) and log in again</source>
        <translation>%1: keine Berechtigung: nehmen Sie Ihren Benutzer in die Gruppe %2 auf (sudo usermod -aG %2 $USER) und melden Sie sich neu an</translation>
    </message>
    <message>
        <source>%1: can't be opened: %2</source>
        <translation>%1: lässt sich nicht öffnen: %2</translation>
    </message>
    <message>
        <source>%1: takes no bytes any more</source>
        <translation>%1: nimmt keine Bytes mehr an</translation>
    </message>
    <message>
        <source>%1 disappeared</source>
        <translation>%1 ist verschwunden</translation>
    </message>
</context>
<context>
    <name>sb::Session</name>
    <message>
        <source>stopped</source>
        <translation>beendet</translation>
    </message>
    <message>
        <source>the battery was paused</source>
        <translation>die Batterie wurde pausiert</translation>
    </message>
    <message>
        <source>%1, address %2</source>
        <translation>%1, Adresse %2</translation>
    </message>
    <message>
        <source>%1: the BMS refused request 0x%2 (code 0x%3)</source>
        <translation>%1: das BMS hat Anfrage 0x%2 verweigert (Code 0x%3)</translation>
    </message>
    <message numerus="yes">
        <source>%1: only damaged replies after %n tries</source>
        <translation>
            <numerusform>%1: nur eine beschädigte Antwort nach %n Versuch</numerusform>
            <numerusform>%1: nur beschädigte Antworten nach %n Versuchen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1: no valid reply after %n tries, but other bytes</source>
        <translation>
            <numerusform>%1: keine gültige Antwort nach %n Versuch, aber andere Bytes</numerusform>
            <numerusform>%1: keine gültige Antwort nach %n Versuchen, aber andere Bytes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1: no reply after %n tries</source>
        <translation>
            <numerusform>%1: keine Antwort nach %n Versuch</numerusform>
            <numerusform>%1: keine Antwort nach %n Versuchen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: what answers is not a %2 BMS</source>
        <translation>%1: was antwortet, ist kein %2-BMS</translation>
    </message>
    <message>
        <source>%1: a BMS answers again, but does not say which</source>
        <translation>%1: ein BMS antwortet wieder, sagt aber nicht welches</translation>
    </message>
    <message>
        <source>%1 is not open</source>
        <translation>%1 ist nicht offen</translation>
    </message>
</context>
<context>
    <name>SessionSource</name>
    <message>
        <source>"serialbattery-gui --help" lists the options</source>
        <translation>"serialbattery-gui --help" zeigt die Optionen</translation>
    </message>
</context>
<context>
    <name>sb::SessionSource</name>
    <message>
        <source>Looking for the simulated battery</source>
        <translation>Sucht die simulierte Batterie</translation>
    </message>
    <message>
        <source>simulated</source>
        <translation>simuliert</translation>
    </message>
    <message>
        <source>Looking for a battery on %1</source>
        <translation>Sucht eine Batterie an %1</translation>
    </message>
    <message>
        <source>No BMS answers on %1: is it awake and connected?</source>
        <translation>Kein BMS antwortet an %1: ist es wach und angeschlossen?</translation>
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
    <name>StepDialogue</name>
    <message>
        <source>the connection was lost before it was finished</source>
        <translation>die Verbindung ging verloren, bevor es fertig war</translation>
    </message>
    <message>
        <source>stopped before it was finished</source>
        <translation>abgebrochen, bevor es fertig war</translation>
    </message>
    <message>
        <source>no reply from the BMS; check the cable</source>
        <translation>keine Antwort vom BMS; prüfen Sie das Kabel</translation>
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
    <name>Ydt1363</name>
    <message>
        <source>it speaks another version of the protocol</source>
        <translation>es spricht eine andere Version des Protokolls</translation>
    </message>
    <message>
        <source>the request arrived damaged; check the wiring</source>
        <translation>die Anfrage kam beschädigt an; prüfen Sie die Verdrahtung</translation>
    </message>
    <message>
        <source>it does not know the command</source>
        <translation>es kennt den Befehl nicht</translation>
    </message>
    <message>
        <source>it does not know this form of the command</source>
        <translation>es kennt diese Form des Befehls nicht</translation>
    </message>
    <message>
        <source>it does not take the value</source>
        <translation>es nimmt den Wert nicht an</translation>
    </message>
    <message>
        <source>it has no such data</source>
        <translation>es hat keine solchen Daten</translation>
    </message>
    <message>
        <source>it failed to do it</source>
        <translation>es konnte das nicht ausführen</translation>
    </message>
    <message>
        <source>no pack has this address</source>
        <translation>kein Pack hat diese Adresse</translation>
    </message>
    <message>
        <source>the master does not reach the pack</source>
        <translation>der Master erreicht den Pack nicht</translation>
    </message>
    <message>
        <source>it is another kind of device</source>
        <translation>es ist ein anderes Gerät</translation>
    </message>
    <message>
        <source>it is faulty</source>
        <translation>es ist gestört</translation>
    </message>
    <message>
        <source>it does not allow it</source>
        <translation>es erlaubt das nicht</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>verweigert</translation>
    </message>
    <message>
        <source>%1 (code 0x%2)</source>
        <translation>%1 (Code 0x%2)</translation>
    </message>
</context>
</TS>
