// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configuration.h"
#include "config/optionsfile.h"
#include "referencedefaults.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

using namespace sb;
using namespace sb::config;

namespace {

Configuration read(const QByteArray &text)
{
    Configuration configuration;
    configuration.readText(text);
    return configuration;
}

/// The first message about \a key.
const Message *messageOf(const Configuration &configuration, const QString &key)
{
    for (const Message &message : configuration.messages()) {
        if (message.key == key)
            return &message;
    }
    return nullptr;
}

/// Whatever the file says, nothing in here may be unsafe.
QString unsafe(const Configuration &c)
{
    const control::Settings s = controlSettings(c);
    if (!(s.minCellVoltage >= 0.5 && s.minCellVoltage < s.maxCellVoltage && s.maxCellVoltage <= 5))
        return QStringLiteral("cell voltages");
    if (!(s.floatCellVoltage >= s.minCellVoltage && s.floatCellVoltage <= s.maxCellVoltage))
        return QStringLiteral("float voltage");
    if (s.resetCellVoltage < s.maxCellVoltage)
        return QStringLiteral("reset voltage");
    for (const control::DirectionSettings *direction : {&s.charge, &s.discharge}) {
        if (!(direction->maximum >= 0 && direction->maximum <= 5000))
            return QStringLiteral("maximum current");
        for (const control::Curve *curve :
             {&direction->cellVoltage, &direction->temperature, &direction->mosfet, &direction->soc}) {
            if (curve->x().size() < 2)
                return QStringLiteral("curve without points");
            for (size_t i = 0; i < curve->x().size(); ++i) {
                if (!(curve->y()[i] >= 0 && curve->y()[i] <= 1) ||
                    (i > 0 && curve->x()[i] <= curve->x()[i - 1]))
                    return QStringLiteral("curve");
            }
        }
    }
    if (!s.blockOnDisconnect && s.safeCellMinimum >= s.safeCellMaximum)
        return QStringLiteral("safe window");
    return {};
}

} // namespace

class TestConfiguration : public QObject
{
    Q_OBJECT
private slots:
    void theReferenceDefaultsAreOurs()
    {
        QByteArray text("[DEFAULT]\n");
        for (const auto &[key, value] : referenceDefaults)
            text += QByteArray(key) + " = " + value + '\n';
        const Configuration fromFile = read(text);
        for (const Message &message : fromFile.messages())
            qWarning("%d %s %s", message.line, qUtf8Printable(message.key), qUtf8Printable(message.text));
        QVERIFY(fromFile.messages().empty());
        const Configuration none;
        QCOMPARE(keys().size(), std::size(referenceDefaults));
        for (const auto &[key, value] : referenceDefaults) {
            QVERIFY2(findKey(QString::fromLatin1(key)), key);
            QCOMPARE(none.value(key).text, fromFile.value(key).text);
            QCOMPARE(none.value(key).list, fromFile.value(key).list);
        }
        QVERIFY(controlSettings(fromFile) == control::Settings());
    }

    void oldKeysAreTakenOver()
    {
        const Configuration c = read(R"([DEFAULT]
LINEAR_LIMITATION_ENABLE = False
LINEAR_RECALCULATION_EVERY = 30
LINEAR_RECALCULATION_ON_PERC_CHANGE = 5
MAX_VOLTAGE_TIME_SEC = 300
SOC_LEVEL_TO_RESET_VOLTAGE_LIMIT = 70
CELL_VOLTAGE_DIFF_KEEP_MAX_VOLTAGE_UNTIL = 0.012
CELL_VOLTAGE_DIFF_KEEP_MAX_VOLTAGE_TIME_RESTART = 0.020
CELL_VOLTAGE_DIFF_TO_RESET_VOLTAGE_LIMIT = 0.09
CVL_ICONTROLLER_MODE = True
SOC_RESET_VOLTAGE = 3.5
BULK_AFTER_DAYS = 20
SOC_CALC_CURRENT_REPORTED_BY_BMS = -100, 100
SOC_CALC_CURRENT_MEASURED_BY_USER = -99, 101
EXTERNAL_CURRENT_SENSOR_DBUS_DEVICE = com.victronenergy.battery.ttyS2
EXTERNAL_CURRENT_SENSOR_DBUS_PATH = /Dc/0/Current
TEMP_BATTERY = 2
TEMP_1_NAME = Left
TEMPERATURE_LIMITS_WHILE_CHARGING = 0, 10, 20
MAX_CHARGE_CURRENT_T_FRACTION = 0, 0.5, 1
CC_SOC_LIMIT1 = 98
CC_SOC_LIMIT2 = 95
CC_SOC_LIMIT3 = 91
CC_CURRENT_LIMIT1_FRACTION = 0.1
CC_CURRENT_LIMIT2_FRACTION = 0.3
CC_CURRENT_LIMIT3_FRACTION = 0.5
MODBUS_ADDRESSES = 0x30, 0x31
SEPLOS_USE_BMS_VALUES = True
TIME_TO_SOC_LOOP_CYCLES = 20
SOC_RESET_CURRENT = 7
BMS_TYPE = Lifepower
)");
        QVERIFY(!c.hasErrors());
        QCOMPARE(c.integer("CHARGE_MODE"), 2);
        QCOMPARE(c.integer("CVL_RECALCULATION_EVERY"), 30);
        QCOMPARE(c.integer("SWITCH_TO_FLOAT_WAIT_FOR_SEC"), 300);
        QCOMPARE(c.integer("SWITCH_TO_BULK_SOC_THRESHOLD"), 70);
        QCOMPARE(c.number("SWITCH_TO_FLOAT_CELL_VOLTAGE_DIFF"), 0.012);
        QCOMPARE(c.number("SWITCH_TO_FLOAT_CELL_VOLTAGE_DEVIATION"), 0.008);
        QCOMPARE(c.integer("CVL_CONTROLLER_MODE"), 2);
        QCOMPARE(c.number("SOC_RESET_CELL_VOLTAGE"), 3.5);
        QCOMPARE(c.integer("SOC_RESET_AFTER_DAYS"), 20);
        QCOMPARE(c.list("CURRENT_MEASURED_BY_USER"), (std::vector<double>{-99, 101}));
        QCOMPARE(c.text("EXTERNAL_SENSOR_DBUS_PATH_CURRENT"), QStringLiteral("/Dc/0/Current"));
        QCOMPARE(c.list("TEMPERATURE_SOURCE_BATTERY"), (std::vector<double>{2}));
        QCOMPARE(c.text("TEMPERATURE_1_NAME"), QStringLiteral("Left"));
        QCOMPARE(c.list("TEMPERATURES_WHILE_CHARGING"), (std::vector<double>{0, 10, 20}));
        QCOMPARE(c.list("SOC_WHILE_CHARGING"), (std::vector<double>{98, 95, 91, 90}));
        QCOMPARE(c.list("MAX_CHARGE_CURRENT_SOC_FRACTION"), (std::vector<double>{0.1, 0.3, 0.5, 1}));
        QCOMPARE(c.list("BATTERY_ADDRESSES"), (std::vector<double>{0x30, 0x31}));
        QVERIFY(c.flag("USE_BMS_DVCC_VALUES"));
        QCOMPARE(c.words("BMS_TYPE"), QStringList{QStringLiteral("EG4_Lifepower")});
        for (const char *old : {"LINEAR_LIMITATION_ENABLE", "TIME_TO_SOC_LOOP_CYCLES", "SOC_RESET_CURRENT"}) {
            const Message *message = messageOf(c, QString::fromLatin1(old));
            QVERIFY2(message && message->line > 0, old);
            QCOMPARE(message->level, Message::Level::Warning);
        }
    }

    void aNewKeyCountsBeforeItsOldName()
    {
        const Configuration c =
            read("[DEFAULT]\nMAX_VOLTAGE_TIME_SEC = 300\nSWITCH_TO_FLOAT_WAIT_FOR_SEC = 60\n");
        QCOMPARE(c.integer("SWITCH_TO_FLOAT_WAIT_FOR_SEC"), 60);
        QVERIFY(messageOf(c, QStringLiteral("MAX_VOLTAGE_TIME_SEC")));
    }

    void brokenFilesAreToldAndSafe_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("key");
        QTest::addColumn<int>("line");
        QTest::addColumn<bool>("error");
        const auto row = [](const char *name, const QByteArray &text, const char *key, int line, bool error) {
            QTest::newRow(name) << QByteArray("[DEFAULT]\n" + text) << QString::fromLatin1(key) << line
                                << error;
        };
        row("word for number", "MAX_CELL_VOLTAGE = high\n", "MAX_CELL_VOLTAGE", 2, true);
        row("decimal comma", "MAX_CELL_VOLTAGE = 3,45\n", "MAX_CELL_VOLTAGE", 2, true);
        row("nan", "MAX_CELL_VOLTAGE = nan\n", "MAX_CELL_VOLTAGE", 2, true);
        row("inf", "MAX_BATTERY_CHARGE_CURRENT = inf\n", "MAX_BATTERY_CHARGE_CURRENT", 2, true);
        row("huge", "MAX_BATTERY_CHARGE_CURRENT = 1e99\n", "MAX_BATTERY_CHARGE_CURRENT", 2, true);
        row("negative current", "MAX_BATTERY_CHARGE_CURRENT = -5\n", "MAX_BATTERY_CHARGE_CURRENT", 2, true);
        row("unit behind", "MAX_BATTERY_CHARGE_CURRENT = 50 A\n", "MAX_BATTERY_CHARGE_CURRENT", 2, true);
        row("empty number", "MAX_BATTERY_CHARGE_CURRENT =\n", "MAX_BATTERY_CHARGE_CURRENT", 2, false);
        row("comment behind", "MAX_BATTERY_CHARGE_CURRENT = 40 ; mine\n", "MAX_BATTERY_CHARGE_CURRENT", 2,
            false);
        row("minimum above maximum", "MIN_CELL_VOLTAGE = 3.6\n", "MIN_CELL_VOLTAGE", 2, true);
        row("float above maximum", "FLOAT_CELL_VOLTAGE = 3.6\n", "FLOAT_CELL_VOLTAGE", 2, true);
        row("float below minimum", "FLOAT_CELL_VOLTAGE = 2.0\n", "FLOAT_CELL_VOLTAGE", 2, true);
        row("reset below maximum", "SOC_RESET_AFTER_DAYS = 9\nSOC_RESET_CELL_VOLTAGE = 3.4\n",
            "SOC_RESET_CELL_VOLTAGE", 3, true);
        row("reset after 0 days", "SOC_RESET_AFTER_DAYS = 0\n", "SOC_RESET_AFTER_DAYS", 2, false);
        row("negative days", "SOC_RESET_AFTER_DAYS = -3\n", "SOC_RESET_AFTER_DAYS", 2, true);
        row("yes", "CVCM_ENABLE = yes\n", "CVCM_ENABLE", 2, false);
        row("1", "CVCM_ENABLE = 1\n", "CVCM_ENABLE", 2, false);
        row("off", "CVCM_ENABLE = off\n", "CVCM_ENABLE", 2, false);
        row("no word", "CVCM_ENABLE = perhaps\n", "CVCM_ENABLE", 2, true);
        row("fraction in a mode", "CHARGE_MODE = 1.5\n", "CHARGE_MODE", 2, true);
        row("fraction in seconds", "CVL_RECOVERY_HOLD_SEC = 60.4\n", "CVL_RECOVERY_HOLD_SEC", 2, false);
        row("unknown mode", "CHARGE_MODE = 9\n", "CHARGE_MODE", 2, true);
        row("unknown controller", "CVL_CONTROLLER_MODE = 7\n", "CVL_CONTROLLER_MODE", 2, true);
        row("factor 0", "CVL_ICONTROLLER_FACTOR = 0\n", "CVL_ICONTROLLER_FACTOR", 2, true);
        row("curves of different length", "CELL_VOLTAGES_WHILE_CHARGING = 3.5, 3.4\n",
            "CELL_VOLTAGES_WHILE_CHARGING", 2, true);
        row("one fraction missing", "MAX_CHARGE_CURRENT_CV_FRACTION = 0, 0.5, 1\n",
            "CELL_VOLTAGES_WHILE_CHARGING", 2, true);
        row("no list", "TEMPERATURES_WHILE_CHARGING = cold\n", "TEMPERATURES_WHILE_CHARGING", 2, true);
        row("empty list", "CELL_VOLTAGES_WHILE_CHARGING =\n", "CELL_VOLTAGES_WHILE_CHARGING", 2, true);
        row("only commas", "CELL_VOLTAGES_WHILE_CHARGING = ,,,\n", "CELL_VOLTAGES_WHILE_CHARGING", 2, true);
        row("not monotonic", "TEMPERATURES_WHILE_CHARGING = 0, 2, 5, 4, 40, 45, 50, 55\n",
            "TEMPERATURES_WHILE_CHARGING", 2, true);
        row("equal points", "SOC_WHILE_CHARGING = 98, 95, 95, 85\n", "SOC_WHILE_CHARGING", 2, true);
        row("fraction above 1", "MAX_CHARGE_CURRENT_SOC_FRACTION = 0.1, 0.2, 0.5, 1.5\n",
            "MAX_CHARGE_CURRENT_SOC_FRACTION", 2, true);
        row("no fraction is 1", "MAX_CHARGE_CURRENT_SOC_FRACTION = 0.1, 0.2, 0.5, 0.9\n",
            "MAX_CHARGE_CURRENT_SOC_FRACTION", 2, true);
        row("full voltage out of reach", "CELL_VOLTAGES_WHILE_CHARGING = 3.40, 3.39, 3.38, 3.37, 3.36\n",
            "CELL_VOLTAGES_WHILE_CHARGING", 2, true);
        row("empty out of reach", "CELL_VOLTAGES_WHILE_DISCHARGING = 3.0, 3.05, 3.1, 3.15, 3.19\n",
            "CELL_VOLTAGES_WHILE_DISCHARGING", 2, true);
        row("adjustment of one", "TEMPERATURE_1_ADJUST = -3\n", "TEMPERATURE_1_ADJUST", 2, true);
        row("adjustment of three", "TEMPERATURE_1_ADJUST = -3, 1, 4\n", "TEMPERATURE_1_ADJUST", 2, true);
        row("sensor 5", "TEMPERATURE_SOURCE_BATTERY = 5\n", "TEMPERATURE_SOURCE_BATTERY", 2, true);
        row("alarm above warning", "SOC_LOW_ALARM = 30\n", "SOC_LOW_ALARM", 2, true);
        row("safe window upside down",
            "BLOCK_ON_DISCONNECT_VOLTAGE_MIN = 3.4\nBLOCK_ON_DISCONNECT_VOLTAGE_MAX = 3.3\n",
            "BLOCK_ON_DISCONNECT", 2, true);
        row("safe window too low", "BLOCK_ON_DISCONNECT_VOLTAGE_MIN = 2.5\n",
            "BLOCK_ON_DISCONNECT_VOLTAGE_MIN", 2, true);
        row("two sources of SoC", "SOC_CALCULATION = True\nEXTERNAL_SENSOR_DBUS_PATH_SOC = /Soc\n",
            "SOC_CALCULATION", 2, true);
        row("never back to bulk", "SWITCH_TO_BULK_SOC_THRESHOLD = 0\nSWITCH_TO_BULK_CELL_VOLTAGE_DIFF =\n",
            "SWITCH_TO_BULK_SOC_THRESHOLD", 2, false);
        row("poll interval", "POLL_INTERVAL = fast\n", "POLL_INTERVAL", 2, true);
        row("poll interval 0", "POLL_INTERVAL = 0\n", "POLL_INTERVAL", 2, true);
        row("address", "BATTERY_ADDRESSES = 0x01, 0x1FF\n", "BATTERY_ADDRESSES", 2, true);
        row("port", "MQTT_BROKER_PORT = 70000\n", "MQTT_BROKER_PORT", 2, true);
        row("log level", "LOGGING = chatty\n", "LOGGING", 2, true);
        row("misspelt", "MAX_CEL_VOLTAGE = 3.5\n", "MAX_CEL_VOLTAGE", 2, false);
        row("unknown", "COFFEE = strong\n", "COFFEE", 2, false);
        row("twice", "MAX_CELL_VOLTAGE = 3.5\nMAX_CELL_VOLTAGE = 3.45\n", "MAX_CELL_VOLTAGE", 3, false);
        row("lone percent", "MQTT_PASSWORD = a%b\nMAX_CELL_VOLTAGE = x\n", "MAX_CELL_VOLTAGE", 3, true);
        row("reference to itself", "TEMPERATURE_1_NAME = %(TEMPERATURE_1_NAME)s\nMAX_CELL_VOLTAGE = x\n",
            "MAX_CELL_VOLTAGE", 3, true);
        row("no separator", "MAX_CELL_VOLTAGE 3.5\n", "", 2, false);
        row("open section", "[DEFAULT\nMAX_CELL_VOLTAGE = 3.4x\n", "", 2, false);
        row("other section", "[OTHER]\nMAX_CELL_VOLTAGE = 9\n", "", 3, false);
        row("binary junk", QByteArray("\x00\xFF\xFE\x80=\x01\x02\n\x7F\x00\n", 11), "", 3, false);
        row("longest line", "MAX_CELL_VOLTAGE = " + QByteArray(10 * 1024 * 1024, '9') + "\n", "", 0, false);
        row("many items", "CELL_VOLTAGES_WHILE_CHARGING = " + QByteArray("3.4,").repeated(500) + "\n",
            "CELL_VOLTAGES_WHILE_CHARGING", 2, true);
    }
    void brokenFilesAreToldAndSafe()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const QString, key);
        QFETCH(const int, line);
        QFETCH(const bool, error);
        const Configuration c = read(text);
        const auto at = std::find_if(c.messages().begin(), c.messages().end(), [&](const Message &message) {
            return message.key == key && message.line == line &&
                   (message.level == Message::Level::Error) == error && !message.text.isEmpty() &&
                   !message.text.contains(QLatin1Char('\n'));
        });
        if (at == c.messages().end()) {
            for (const Message &message : c.messages())
                qWarning("%d %s %s", message.line, qUtf8Printable(message.key), qUtf8Printable(message.text));
        }
        QVERIFY(at != c.messages().end());
        QCOMPARE(unsafe(c), QString());
        QCOMPARE(controlSettings(c).configurationError, c.hasErrors());
    }

    void aWrongListBringsDownItsPartner_data()
    {
        QTest::addColumn<QByteArray>("text");
        // Each keeps its fractions in the order of the list that is wrong: read with the default list, which
        // falls, the full current would flow into a full cell.
        QTest::newRow("typing error")
            << QByteArray("CELL_VOLTAGES_WHILE_CHARGING = 3.375, 3.400, 3.425, 3.450, 3.5O0\n"
                          "MAX_CHARGE_CURRENT_CV_FRACTION = 1.0, 0.25, 0.05, 0.005, 0\n");
        QTest::newRow("fractions first")
            << QByteArray("MAX_CHARGE_CURRENT_CV_FRACTION = 1.0, 0.25, 0.05, 0.005, 0\n"
                          "CELL_VOLTAGES_WHILE_CHARGING = 3.375, 3.400, 3.425, 3.450, 35\n");
        QTest::newRow("empty") << QByteArray("CELL_VOLTAGES_WHILE_CHARGING =\n"
                                             "MAX_CHARGE_CURRENT_CV_FRACTION = 1.0, 0.25, 0.05, 0.005, 0\n");
        QTest::newRow("wrong fraction")
            << QByteArray("CELL_VOLTAGES_WHILE_CHARGING = 3.375, 3.400, 3.425, 3.450, 3.6\n"
                          "MAX_CHARGE_CURRENT_CV_FRACTION = 1.0, 0.25, 0.05, 0.005, -1\n");
    }
    void aWrongListBringsDownItsPartner()
    {
        QFETCH(const QByteArray, text);
        const Configuration c = read("[DEFAULT]\n" + text);
        QVERIFY(c.hasErrors());
        QCOMPARE(controlSettings(c).charge.cellVoltage, control::Settings().charge.cellVoltage);
    }

    void everyErrorNamesALine_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text :
             {"MAX_CELL_VOLTAGE = 3.3", "MAX_CELL_VOLTAGE = 2.8", "MIN_CELL_VOLTAGE = 3.4",
              "SOC_RESET_AFTER_DAYS = 30\nMAX_CELL_VOLTAGE = 3.7", "MAX_CHARGE_CURRENT_CV_FRACTION = 0, 1",
              "CURRENT_MEASURED_BY_USER = 1, 2, 3", "BLOCK_ON_DISCONNECT_VOLTAGE_MIN = 3.4",
              "BLOCK_ON_DISCONNECT_VOLTAGE_MAX = 3.0", "MIN_CELL_VOLTAGE = 2.7", "SOC_LOW_WARNING = 5",
              "LIPRO_START_ADDRESS = 9", "SOC_RESET_AFTER_DAYS = 30"})
            QTest::newRow(text) << QByteArray(text);
    }
    void everyErrorNamesALine()
    {
        QFETCH(const QByteArray, text);
        const Configuration c = read("[DEFAULT]\n" + text + "\n");
        QVERIFY(c.hasErrors());
        for (const Message &message : c.messages())
            QVERIFY2(message.line >= 2, qUtf8Printable(message.key + QLatin1Char(' ') + message.text));
    }

    void messagesAreOneLine_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"MAX_CELL_VOLTAGE = 5\n  volts", "CVCM_ENABLE = may\n  be",
                                 "LOGGING = a\n  b", "LOGGING = \x1b[2Ja\x07", "CO\x1b[2JFFEE = 1"})
            QTest::newRow(text) << QByteArray(text);
    }
    void messagesAreOneLine()
    {
        QFETCH(const QByteArray, text);
        const Configuration c = read("[DEFAULT]\n" + text + "\n");
        QVERIFY(!c.messages().empty());
        for (const Message &message : c.messages()) {
            for (const QChar character : QString(message.key + message.text))
                QVERIFY2(character.isPrint(), qUtf8Printable(message.text));
        }
    }

    void afterAHundredFaultsItSaysSoAndStops()
    {
        QByteArray text("[DEFAULT]\n");
        for (int i = 0; i < 40000; ++i)
            text += "MAX_BATTERY_CHARGE_CURRENTS_OF_EVERY_SINGLE_DAY_IN_THE_YEAR_" + QByteArray::number(i) +
                    " = 1\n[s" + QByteArray::number(i) +
                    "]\nMAX_CELL_VOLTAGE = 3.4\n[DEFAULT]\nLOGGING = INFO\n";
        QElapsedTimer timer;
        timer.start();
        const Configuration c = read(text);
        QVERIFY(timer.elapsed() < 5000);
        QVERIFY(c.messages().size() < 1000);
        QVERIFY(!c.messages().empty());
    }

    void formsOfFilesAreRead_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("plain") << QByteArray("[DEFAULT]\nMAX_BATTERY_CHARGE_CURRENT = 33\n");
        QTest::newRow("carriage returns") << QByteArray("[DEFAULT]\r\nMAX_BATTERY_CHARGE_CURRENT = 33\r\n");
        QTest::newRow("byte order mark")
            << QByteArray("\xEF\xBB\xBF[DEFAULT]\nMAX_BATTERY_CHARGE_CURRENT=33\n");
        QTest::newRow("colon") << QByteArray("[DEFAULT]\nMAX_BATTERY_CHARGE_CURRENT: 33\n");
        QTest::newRow("small letters") << QByteArray("[default]\nmax_battery_charge_current = 33\n");
        QTest::newRow("no section") << QByteArray("MAX_BATTERY_CHARGE_CURRENT = 33\n");
        QTest::newRow("comments") << QByteArray(
            "; x\n# y\n[DEFAULT]\n  ; z\nMAX_BATTERY_CHARGE_CURRENT = 33");
        QTest::newRow("keys indented alike") << QByteArray(
            "[DEFAULT]\n  MAX_BATTERY_CHARGE_CURRENT = 33\n  MAX_BATTERY_DISCHARGE_CURRENT = 44\n");
        QTest::newRow("indented, with a continued list") << QByteArray(
            "[DEFAULT]\n  SOC_WHILE_CHARGING = 98, 95,\n    90, 85\n  MAX_BATTERY_CHARGE_CURRENT = 33\n");
        QTest::newRow("no reference") << QByteArray(
            "[DEFAULT]\nTEMPERATURE_1_NAME = %%(LOGGING)s %(NONE)s\nMAX_BATTERY_CHARGE_CURRENT = 33\n");
        QTest::newRow("reference") << QByteArray(
            "[DEFAULT]\nMAX_BATTERY_DISCHARGE_CURRENT = 33\nMAX_BATTERY_CHARGE_CURRENT = "
            "%(max_battery_discharge_current)s\n");
    }
    void formsOfFilesAreRead()
    {
        QFETCH(const QByteArray, text);
        const Configuration c = read(text);
        QVERIFY(!c.hasErrors());
        QCOMPARE(c.number("MAX_BATTERY_CHARGE_CURRENT"), 33.0);
    }

    void listsMayContinue()
    {
        const Configuration c = read("[DEFAULT]\nSOC_WHILE_CHARGING = 98, 95\n    90, 85\nTEMPERATURE_1_NAME "
                                     "= a ; b\nMQTT_PASSWORD = 50%%\n");
        QVERIFY(c.messages().empty());
        QCOMPARE(c.list("SOC_WHILE_CHARGING"), (std::vector<double>{98, 95, 90, 85}));
        QCOMPARE(c.text("TEMPERATURE_1_NAME"), QStringLiteral("a ; b"));
        QCOMPARE(c.text("MQTT_PASSWORD"), QStringLiteral("50%"));
    }

    void percentSignsMeanWhatTheyDid()
    {
        const Configuration c =
            read("[DEFAULT]\nTEMPERATURE_1_NAME = %%(LOGGING)s\n"
                 "TEMPERATURE_2_NAME = %(NONE)s %(LOGGING)s\nTEMPERATURE_3_NAME = 5%\n"
                 "TEMPERATURE_4_NAME = %(TEMPERATURE_3_NAME)s of %(TEMPERATURE_1_NAME)s\n");
        QCOMPARE(c.text("TEMPERATURE_1_NAME"), QStringLiteral("%(LOGGING)s"));
        QCOMPARE(c.text("TEMPERATURE_2_NAME"), QStringLiteral("%(NONE)s INFO"));
        QCOMPARE(c.text("TEMPERATURE_3_NAME"), QStringLiteral("5%"));
        QCOMPARE(c.text("TEMPERATURE_4_NAME"), QStringLiteral("5% of %(LOGGING)s"));
    }

    void referencesCannotMakeEndlessWork()
    {
        QByteArray text("[DEFAULT]\n");
        for (int i = 1; i < 4; ++i)
            text += "TEMPERATURE_" + QByteArray::number(i) + "_NAME = " +
                    QByteArray("%(TEMPERATURE_" + QByteArray::number(i + 1) + "_NAME)s").repeated(2000) +
                    '\n';
        text += "TEMPERATURE_4_NAME =\nMQTT_USERNAME = " + QByteArray("%(").repeated(30000) + ")s\n";
        QElapsedTimer timer;
        timer.start();
        QVERIFY(!read(text).hasErrors());
        QVERIFY(timer.elapsed() < 5000);
    }

    void allSensorsMayBeWrittenAsZero()
    {
        const Configuration c = read("[DEFAULT]\nTEMPERATURE_SOURCE_BATTERY = 0\n");
        QVERIFY(!c.hasErrors());
        QCOMPARE(c.messages().size(), 1U);
        QCOMPARE(c.list("TEMPERATURE_SOURCE_BATTERY"), (std::vector<double>{1, 2, 3, 4}));
    }

    void oldValuesAreJudgedLikeNewOnes()
    {
        const Configuration c = read("[DEFAULT]\nLINEAR_LIMITATION_ENABLE = True ; smooth\n"
                                     "CELL_VOLTAGE_DIFF_KEEP_MAX_VOLTAGE_TIME_RESTART = much\n");
        QCOMPARE(c.integer("CHARGE_MODE"), 1);
        QCOMPARE(c.number("SWITCH_TO_FLOAT_CELL_VOLTAGE_DEVIATION"), 0.003);
        QVERIFY(c.hasErrors());
    }

    void unknownTypesAreLeftOutOfTheSearch()
    {
        Configuration c = read("[DEFAULT]\nBMS_TYPE = LltJbd, Toaster\n");
        c.keepTypes([](const QString &name) { return name == QLatin1String("LltJbd"); });
        QCOMPARE(c.words("BMS_TYPE"), QStringList{QStringLiteral("LltJbd")});
        QVERIFY(c.hasErrors());
        QCOMPARE(c.messages().front().line, 2);
        QVERIFY(c.messages().front().text.contains(QLatin1String("Toaster")));
    }

    void saysWhyATypeIsLeftOut()
    {
        Configuration c = read("[DEFAULT]\nBMS_TYPE = mnb, LltJbd\n");
        c.keepTypes([](const QString &name) { return name == QLatin1String("LltJbd"); });
        QCOMPARE(c.words("BMS_TYPE"), QStringList{QStringLiteral("LltJbd")});
        QVERIFY(c.hasErrors());
        QCOMPARE(c.messages().front().line, 2);
        const QString text = c.messages().front().text;
        QVERIFY2(text.startsWith(QLatin1String("mnb is ignored: ")), qPrintable(text));
        QVERIFY2(text.contains(unsupportedReason(u"MNB")), qPrintable(text));
        QVERIFY2(text.contains(QLatin1String("dbus-serialbattery")), qPrintable(text));
        QVERIFY(unsupportedReason(u"LltJbd").isEmpty());
    }

    void suggestsTheKeyThatWasMeant()
    {
        const Configuration c = read("[DEFAULT]\nMAX_CEL_VOLTAGE = 3.5\n");
        QVERIFY(c.messages().front().text.contains(QLatin1String("MAX_CELL_VOLTAGE")));
    }

    void filesThatCantBeReadAreSafe()
    {
        QTemporaryDir folder;
        Configuration c;
        QVERIFY(!c.readFile(folder.path()));
        QVERIFY(c.hasErrors());
        QVERIFY(!c.readFile(folder.filePath(QStringLiteral("none.ini"))));
        QCOMPARE(unsafe(c), QString());
    }

    void optionsNameDevices()
    {
        const OptionsFile file =
            parseOptions("[general]\nmonitor_only = True\n[device /dev/ttyUSB0]\nbms = jbd\n"
                         "poll_interval = 2.5\nfirst_sensor_is_mosfet = False\n"
                         "[device /dev/ttyUSB1#0x02]\nmonitor_only = False\ncells = 16\n"
                         "[nonsense]\nx = 1\n[device /dev/ttyUSB2]\npoll_interval = 900\n");
        QVERIFY(file.monitorOnly);
        QCOMPARE(file.devices.size(), 3U);
        const DeviceOptions *first = file.find(QStringLiteral("/dev/ttyUSB0"), {});
        QVERIFY(first);
        QCOMPARE(first->bms, QStringLiteral("jbd"));
        QCOMPARE(first->pollIntervalS, std::optional<double>(2.5));
        QCOMPARE(first->driver.value(QStringLiteral("firstSensorIsMosfet")), QVariant(false));
        QVERIFY(!file.find(QStringLiteral("/dev/ttyUSB1"), {}));
        QCOMPARE(file.find(QStringLiteral("/dev/ttyUSB1"), 2)->monitorOnly, std::optional<bool>(false));
        QCOMPARE(file.messages.size(), 2U);
    }
};

QTEST_APPLESS_MAIN(TestConfiguration)
#include "tst_configuration.moc"
