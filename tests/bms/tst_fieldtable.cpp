// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/fieldtable.h"

#include <QTest>
#include <array>

using namespace sb;

class tst_fieldtable : public QObject
{
    Q_OBJECT

private slots:
    void decodesATable();
    void keepsDecimalUnitsExact_data();
    void keepsDecimalUnitsExact();
    void appliesTheZeroPoint();
    void leavesFieldsUnknownBehindTheEnd();
    void leavesOtherFieldsAlone();
    void decodesFlags();
    void decodesInvertedFlags();
    void leavesFlagsUnknownBehindTheEnd();
    void supportsEveryAlarmOfTheTable();
    void takesTheHighestAlarmLevel();
    void readsAlarmBitsOf64();
    void decodesAList();
    void decodesAListWithGaps();
    void decodesTheElementsThatAreThere();
    void clearsTheListOfTheFrameBefore();
    void refusesAbsurdCounts_data();
    void refusesAbsurdCounts();
    void doesNotCountWhatNoIntegerHolds_data();
    void doesNotCountWhatNoIntegerHolds();
    void cleansTexts_data();
    void cleansTexts();
};

namespace {

// The head of JBD's basic information: a table of two targets and several types.
const std::array<FieldRow, 5> table = {{
    {0, Wire::U16BE, &BatteryState::voltage, 0.01},
    {2, Wire::S16BE, &BatteryState::current, 0.01},
    {4, Wire::U16BE, &BatteryState::remainingAh, 0.01},
    {6, Wire::U16BE, &BatteryState::cycles},
    {8, Wire::U8, &BatteryState::soc},
}};
const QByteArray payload = QByteArray::fromHex("19dff8240da5000257");

} // namespace

void tst_fieldtable::decodesATable()
{
    BatteryState state;
    decodeFields(table, bytesOf(payload), state);
    QCOMPARE(state.voltage, Number(66.23));
    QCOMPARE(state.current, Number(-20.12));
    QCOMPARE(state.remainingAh, Number(34.93));
    QCOMPARE(state.cycles, Count(2));
    QCOMPARE(state.soc, Number(87));
    QCOMPARE(knownFields(state).count(), size_t(5));
}

void tst_fieldtable::keepsDecimalUnitsExact_data()
{
    QTest::addColumn<double>("unit");
    QTest::addColumn<double>("raw");
    QTest::addColumn<double>("expected");
    QTest::newRow("hundredth") << 0.01 << 6623.0 << 66.23;
    QTest::newRow("thousandth") << 0.001 << 3303.0 << 3.303;
    QTest::newRow("tenth, negative") << 0.1 << -3.0 << -0.3;
    QTest::newRow("millionth") << 1e-6 << 252602325.0 << 252.602325;
    QTest::newRow("two hundredths") << 0.02 << 2667.0 << 53.34;
    QTest::newRow("one") << 1.0 << 7.0 << 7.0;
    QTest::newRow("ten") << 10.0 << 7.0 << 70.0;
    QTest::newRow("sign turned") << -0.1 << 30.0 << -3.0;
    QTest::newRow("not the inverse of a whole number") << 0.4 << 10.0 << 4.0;
}

void tst_fieldtable::keepsDecimalUnitsExact()
{
    QFETCH(double, unit);
    QFETCH(double, raw);
    QFETCH(double, expected);
    const double value = Scale(unit).apply(raw);
    if (unit > 0 && unit < 1 && unit != 0.4)
        QVERIFY2(value == expected, qPrintable(QString::number(value, 'g', 17)));
    else
        QVERIFY(qAbs(value - expected) < 1e-12);
}

void tst_fieldtable::appliesTheZeroPoint()
{
    const Scale kelvin(0.1, -273.1);
    QVERIFY(qAbs(kelvin.apply(2965) - 23.4) < 1e-9);
    QVERIFY(qAbs(kelvin.apply(0) + 273.1) < 1e-9);
    // Daly: current lies 30000 tenths above zero.
    QVERIFY(qAbs(Scale(0.1, -3000).apply(30000)) < 1e-9);
}

void tst_fieldtable::leavesFieldsUnknownBehindTheEnd()
{
    const std::array<qsizetype, 5> ends = {2, 4, 6, 8, 9};
    for (qsizetype length = 0; length <= payload.size(); ++length) {
        const std::vector<quint8> cut(payload.begin(), payload.begin() + length);
        BatteryState state;
        decodeFields(table, cut, state);
        QCOMPARE(state.voltage.has_value(), length >= ends[0]);
        QCOMPARE(state.current.has_value(), length >= ends[1]);
        QCOMPARE(state.remainingAh.has_value(), length >= ends[2]);
        QCOMPARE(state.cycles.has_value(), length >= ends[3]);
        QCOMPARE(state.soc.has_value(), length >= ends[4]);
    }
}

void tst_fieldtable::leavesOtherFieldsAlone()
{
    BatteryState state;
    state.soh = 99;
    state.soc = 12;
    decodeFields(table, bytesOf(payload).first(2), state);
    QCOMPARE(state.soh, Number(99));
    QCOMPARE(state.soc, Number(12));
    QCOMPARE(state.voltage, Number(66.23));
}

void tst_fieldtable::decodesFlags()
{
    const std::array<FlagRow, 2> rows = {{
        {1, Wire::U8, 0, &BatteryState::chargeAllowed},
        {1, Wire::U8, 1, &BatteryState::dischargeAllowed},
    }};
    for (int word = 0; word < 4; ++word) {
        QByteArray bytes("\xFF");
        bytes.append(static_cast<char>(word));
        BatteryState state;
        decodeFlags(rows, bytesOf(bytes), state);
        QCOMPARE(state.chargeAllowed, Flag((word & 1) != 0));
        QCOMPARE(state.dischargeAllowed, Flag((word & 2) != 0));
    }
}

void tst_fieldtable::decodesInvertedFlags()
{
    const std::array<FlagRow, 2> rows = {{
        {0, Wire::U16LE, 15, &BatteryState::heating, true},
        {0, Wire::U32BE, 31, &BatteryState::balancing},
    }};
    BatteryState state;
    decodeFlags(rows, bytesOf(QByteArray::fromHex("00800000")), state);
    QCOMPARE(state.heating, Flag(false));
    QCOMPARE(state.balancing, Flag(false));
    decodeFlags(rows, bytesOf(QByteArray::fromHex("80000000")), state);
    QCOMPARE(state.heating, Flag(true));
    QCOMPARE(state.balancing, Flag(true));
}

void tst_fieldtable::leavesFlagsUnknownBehindTheEnd()
{
    const std::array<FlagRow, 1> rows = {{{3, Wire::U16BE, 0, &BatteryState::heating, true}}};
    for (qsizetype length = 0; length < 5; ++length) {
        BatteryState state;
        decodeFlags(rows, bytesOf(QByteArray(length, '\xFF')), state);
        QVERIFY(!state.heating);
    }
}

void tst_fieldtable::supportsEveryAlarmOfTheTable()
{
    const std::array<AlarmRow, 3> rows = {{
        {0, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
        {1, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
        {11, AlarmName::InternalFailure, AlarmLevel::Warning},
    }};
    AlarmSet alarms;
    decodeAlarms(rows, 1U << 11, alarms);
    QCOMPARE(alarms.level(AlarmName::HighCellVoltage), std::optional(AlarmLevel::Ok));
    QCOMPARE(alarms.level(AlarmName::LowCellVoltage), std::optional(AlarmLevel::Ok));
    QCOMPARE(alarms.level(AlarmName::InternalFailure), std::optional(AlarmLevel::Warning));
    QVERIFY(!alarms.level(AlarmName::FuseBlown)); // not in the table: nobody knows
}

void tst_fieldtable::takesTheHighestAlarmLevel()
{
    const std::array<AlarmRow, 3> rows = {{
        {0, AlarmName::HighDischargeCurrent, AlarmLevel::Warning},
        {1, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
        {2, AlarmName::HighDischargeCurrent, AlarmLevel::Warning},
    }};
    const std::array<AlarmLevel, 8> expected = {AlarmLevel::Ok,    AlarmLevel::Warning, AlarmLevel::Alarm,
                                                AlarmLevel::Alarm, AlarmLevel::Warning, AlarmLevel::Warning,
                                                AlarmLevel::Alarm, AlarmLevel::Alarm};
    for (quint64 word = 0; word < expected.size(); ++word) {
        AlarmSet alarms;
        decodeAlarms(rows, word, alarms);
        QCOMPARE(alarms.level(AlarmName::HighDischargeCurrent), std::optional(expected[word]));
    }
}

void tst_fieldtable::readsAlarmBitsOf64()
{
    const std::array<AlarmRow, 1> rows = {{{63, AlarmName::FuseBlown, AlarmLevel::Alarm}}};
    AlarmSet alarms;
    decodeAlarms(rows, 1ULL << 63, alarms);
    QCOMPARE(alarms.level(AlarmName::FuseBlown), std::optional(AlarmLevel::Alarm));
}

void tst_fieldtable::decodesAList()
{
    const ListRow row{0, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
    BatteryState state;
    QCOMPARE(decodeList(row, 3, bytesOf(QByteArray::fromHex("0ec80ecb0ecf")), state), 3);
    QCOMPARE(state.cellVoltages, (Numbers{3.784, 3.787, 3.791}));
}

void tst_fieldtable::decodesAListWithGaps()
{
    // A number and a value each, as JK has it.
    const ListRow row{1, Wire::U16BE, 3, &BatteryState::cellVoltages, 0.001};
    BatteryState state;
    QCOMPARE(decodeList(row, 2, bytesOf(QByteArray::fromHex("010eed020efa")), state), 2);
    QCOMPARE(state.cellVoltages, (Numbers{3.821, 3.834}));
}

void tst_fieldtable::decodesTheElementsThatAreThere()
{
    const ListRow row{2, Wire::S16LE, 2, &BatteryState::temperatures, 0.1};
    for (int length = 0; length <= 10; ++length) {
        const std::vector<quint8> bytes(static_cast<size_t>(length), 1);
        BatteryState state;
        const int expected = qMax(0, (length - 2) / 2);
        QCOMPARE(decodeList(row, 20, bytes, state), expected);
        QCOMPARE(static_cast<int>(state.temperatures.size()), expected);
    }
}

void tst_fieldtable::clearsTheListOfTheFrameBefore()
{
    const ListRow row{0, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
    BatteryState state;
    QCOMPARE(decodeList(row, 2, bytesOf(QByteArray::fromHex("0ec80ecb")), state), 2);
    QCOMPARE(decodeList(row, 1, bytesOf(QByteArray::fromHex("0ec8")), state), 1);
    QCOMPARE(state.cellVoltages, (Numbers{3.784}));
    QCOMPARE(decodeList(row, 1, {}, state), 0);
    QVERIFY(!isKnown(state.cellVoltages));
}

void tst_fieldtable::refusesAbsurdCounts_data()
{
    QTest::addColumn<int>("count");
    QTest::newRow("none") << 0;
    QTest::newRow("negative") << -1;
    QTest::newRow("lowest") << std::numeric_limits<int>::min();
}

void tst_fieldtable::refusesAbsurdCounts()
{
    QFETCH(int, count);
    const ListRow row{0, Wire::U8, 1, &BatteryState::temperatures, {}};
    BatteryState state;
    QCOMPARE(decodeList(row, count, bytesOf(payload), state), 0);
    QVERIFY(!isKnown(state.temperatures));
}

void tst_fieldtable::doesNotCountWhatNoIntegerHolds_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<Count>("expected");
    QTest::newRow("1e30") << QByteArray("7149f2ca") << Count();
    QTest::newRow("-1e30") << QByteArray("f149f2ca") << Count();
    QTest::newRow("2^63") << QByteArray("5f000000") << Count();
    QTest::newRow("not a number") << QByteArray("7fc00000") << Count();
    QTest::newRow("2.5") << QByteArray("40200000") << Count(3);
    QTest::newRow("-7") << QByteArray("c0e00000") << Count(-7);
}

void tst_fieldtable::doesNotCountWhatNoIntegerHolds()
{
    QFETCH(QByteArray, bytes);
    QFETCH(Count, expected);
    const std::array<FieldRow, 1> rows = {{{0, Wire::F32BE, &BatteryState::cycles}}};
    BatteryState state;
    decodeFields(rows, bytesOf(QByteArray::fromHex(bytes)), state);
    QCOMPARE(state.cycles, expected);
}

void tst_fieldtable::cleansTexts_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<Text>("expected");
    QTest::newRow("plain") << QByteArray("JBD-SP04S034") << Text(QStringLiteral("JBD-SP04S034"));
    QTest::newRow("ends at NUL") << QByteArray("12S\0garbage", 11) << Text(QStringLiteral("12S"));
    QTest::newRow("blanks around") << QByteArray("  a b \t") << Text(QStringLiteral("a b"));
    QTest::newRow("control characters") << QByteArray("a\r\n\x1B\x7F"
                                                      "b")
                                        << Text(QStringLiteral("ab"));
    QTest::newRow("no encoding") << QByteArray("Inp\xC8\xD5x") << Text(QStringLiteral("Inp??x"));
    QTest::newRow("only NUL") << QByteArray(16, '\0') << Text();
    QTest::newRow("only blanks") << QByteArray("    ") << Text();
    QTest::newRow("empty") << QByteArray() << Text();
}

void tst_fieldtable::cleansTexts()
{
    QFETCH(QByteArray, bytes);
    QFETCH(Text, expected);
    QCOMPARE(decodeText(bytesOf(bytes)), expected);
}

QTEST_APPLESS_MAIN(tst_fieldtable)
#include "tst_fieldtable.moc"
