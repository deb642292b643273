// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/plausibility.h"

#include <QFile>
#include <QTest>
#include <limits>

using namespace sb;

namespace {

bool isList(Field field) { return field == Field::cellVoltages || field == Field::temperatures; }

/// Sets a field of any numeric kind; a list gets \a value as its second element of three.
BatteryState stateWith(Field wanted, double value)
{
    BatteryState state;
    visitFields(
        [&](Field field, auto &target) {
            using T = std::decay_t<decltype(target)>;
            if (field != wanted)
                return;
            if constexpr (std::is_same_v<T, Number>)
                target = value;
            else if constexpr (std::is_same_v<T, Count>)
                target = static_cast<qint64>(value);
            else if constexpr (std::is_same_v<T, Numbers>)
                target = {std::nullopt, value, std::nullopt};
        },
        state);
    return state;
}

std::optional<double> valueOf(const BatteryState &state, Field wanted)
{
    std::optional<double> found;
    visitFields(
        [&](Field field, const auto &value) {
            using T = std::decay_t<decltype(value)>;
            if (field != wanted)
                return;
            if constexpr (std::is_same_v<T, Number> || std::is_same_v<T, Count>) {
                if (value)
                    found = static_cast<double>(*value);
            } else if constexpr (std::is_same_v<T, Numbers>) {
                if (value.size() == 3)
                    found = value[1];
            }
        },
        state);
    return found;
}

const PlausibilityLimit &limitOf(int index) { return plausibilityLimits()[static_cast<size_t>(index)]; }

/// What a session does with a reading: check, then believe what is left.
class Believer
{
public:
    std::vector<ImplausibleReading> read(BatteryState update, qint64 at)
    {
        const std::vector<ImplausibleReading> found = check.check(update, state, at);
        state.merge(update, at);
        return found;
    }
    Plausibility check;
    TimedState state;
};

QString number(double value) { return QString::number(value, 'g', 10); }

/// docs/plausibility.md, made from the table in the code.
QString document()
{
    QString text =
        QStringLiteral(
            "# Plausibility\n"
            "\n"
            "A right checksum does not make a value right: adapters mix frames, boards send rubbish while "
            "they start, a\n"
            "sensor breaks. So each value that a driver decoded passes the limits below before anything else "
            "sees it. A value\n"
            "that fails is dropped: it is counted (`link.implausible`), stays in a capture, and is never "
            "shown or published;\n"
            "what was known before goes on aging. In a list only the element in question is dropped and "
            "becomes missing.\n"
            "\n"
            "* Outside its limits: dropped each time, as long as it lasts.\n"
            "* Inside its limits, but further from the last reading than the largest step, and that reading "
            "is no more than\n"
            "  %1 s old: dropped too. After %2 such readings in a row that agree with each other it is the "
            "new truth.\n"
            "* %2 implausible readings in a row are an event: one line in the log, not one per poll.\n"
            "\n"
            "The limits are wide on purpose. They keep out what no battery can be; whether a battery is "
            "healthy is the business\n"
            "of alarms and of charge control. A value that is not a finite number is outside any limit.\n"
            "\n"
            "This table is written by a test from the table in lib/bms/plausibility.cpp (`SB_UPDATE_DOCS=1 "
            "ctest -R\n"
            "tst_plausibility`), and the same test fails when the two differ.\n"
            "\n"
            "| value | unit | lowest | highest | largest step | why |\n"
            "|---|---|---|---|---|---|\n")
            .arg(stepWindowMs / 1000)
            .arg(implausibleInARow);
    for (const PlausibilityLimit &limit : plausibilityLimits()) {
        const FieldInfo &info = fieldInfo(limit.field);
        const QString list = isList(limit.field) ? QStringLiteral(" (each)") : QString();
        const QString step = limit.maximumStep > 0 ? number(limit.maximumStep) : QStringLiteral("any");
        text += QStringLiteral("| %1%2 | %3 | %4 | %5 | %6 | %7 |\n")
                    .arg(QString(info.key), list, QString(info.unit), number(limit.minimum),
                         number(limit.maximum), step, QString::fromUtf8(limit.reason));
    }
    return text;
}

} // namespace

class tst_plausibility : public QObject
{
    Q_OBJECT

private slots:
    void documentEqualsTheCode();
    void listsEachFieldOnceWithAReason();
    void limitsEveryNumberThatIsPublishedAsMeasured();

    void passesTheLimitsThemselves_data() { eachLimit(); }
    void passesTheLimitsThemselves();
    void dropsWhatLiesOutside_data() { eachLimit(); }
    void dropsWhatLiesOutside();
    void dropsWhatIsNoNumber_data() { eachLimit(); }
    void dropsWhatIsNoNumber();
    void allowsTheLargestStep_data() { eachLimit(); }
    void allowsTheLargestStep();
    void dropsALargerStep_data() { eachLimit(); }
    void dropsALargerStep();
    void believesAStepSeenThreeTimes_data() { eachLimit(); }
    void believesAStepSeenThreeTimes();
    void neverBelievesWhatLiesOutside_data() { eachLimit(); }
    void neverBelievesWhatLiesOutside();

    void judgesNoStepAfterALongPause();
    void judgesNoStepFromNothing();
    void judgesNoStepWhenTheListChangesItsLength();
    void keepsTheRestOfAList();
    void tellsWhichElementWasDropped();
    void believesOnlyReadingsThatAgree();
    void startsAgainAfterAGoodReading();
    void reportsAnEventOnce();
    void countsWhatWasDropped();
    void leavesTextsFlagsAndAlarmsAlone();
    void survivesAbsurdlyLongLists();
    void forgetsOnReset();

private:
    static void eachLimit();
};

void tst_plausibility::eachLimit()
{
    QTest::addColumn<int>("index");
    for (size_t i = 0; i < plausibilityLimits().size(); ++i)
        QTest::newRow(fieldInfo(plausibilityLimits()[i].field).key.data()) << static_cast<int>(i);
}

void tst_plausibility::documentEqualsTheCode()
{
    QFile file(QStringLiteral(SB_SOURCE_DIR "/docs/plausibility.md"));
    const QByteArray expected = document().toUtf8();
    if (qEnvironmentVariableIsSet("SB_UPDATE_DOCS")) {
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(expected), expected.size());
        file.close();
    }
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.fileName()));
    const QByteArray found = file.readAll();
    QVERIFY2(found == expected,
             "docs/plausibility.md is not the table in the code: SB_UPDATE_DOCS=1 ctest -R tst_plausibility");
}

void tst_plausibility::listsEachFieldOnceWithAReason()
{
    FieldSet seen;
    for (const PlausibilityLimit &limit : plausibilityLimits()) {
        QVERIFY2(!seen.test(static_cast<size_t>(limit.field)), fieldInfo(limit.field).key.data());
        seen.set(static_cast<size_t>(limit.field));
        QVERIFY(limit.minimum < limit.maximum);
        QVERIFY(limit.maximumStep >= 0);
        QVERIFY(QByteArray(limit.reason).size() > 5);
    }
}

void tst_plausibility::limitsEveryNumberThatIsPublishedAsMeasured()
{
    // A new measurement must not come in without limits.
    BatteryState state;
    visitFields(
        [](Field field, auto &value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, Number> || std::is_same_v<T, Numbers>) {
                bool found = false;
                for (const PlausibilityLimit &limit : plausibilityLimits())
                    found = found || limit.field == field;
                const bool needed = fieldInfo(field).kind == FieldKind::Measurement;
                QVERIFY2(found || !needed, fieldInfo(field).key.data());
            }
        },
        state);
}

void tst_plausibility::passesTheLimitsThemselves()
{
    QFETCH(int, index);
    const PlausibilityLimit &limit = limitOf(index);
    for (const double value : {limit.minimum, limit.maximum, (limit.minimum + limit.maximum) / 2}) {
        Plausibility check;
        BatteryState update = stateWith(limit.field, value);
        const std::optional<double> before = valueOf(update, limit.field);
        QVERIFY(before);
        QVERIFY(check.check(update, TimedState(), 1000).empty());
        QCOMPARE(valueOf(update, limit.field), before);
        QCOMPARE(check.dropped(), 0U);
    }
}

void tst_plausibility::dropsWhatLiesOutside()
{
    QFETCH(int, index);
    const PlausibilityLimit &limit = limitOf(index);
    const double little = limit.field == Field::cycles || limit.field == Field::cellCount ? 1 : 0.001;
    for (const double value : {limit.minimum - little, limit.maximum + little, -1e9, 1e9}) {
        Plausibility check;
        BatteryState update = stateWith(limit.field, value);
        const auto &found = check.check(update, TimedState(), 1000);
        QCOMPARE(found.size(), size_t(1));
        QVERIFY(found[0].field == limit.field);
        QCOMPARE(found[0].value, value);
        QVERIFY(!found[0].step);
        QVERIFY(!found[0].event);
        QVERIFY(!valueOf(update, limit.field));
        QCOMPARE(check.dropped(), 1U);
    }
}

void tst_plausibility::dropsWhatIsNoNumber()
{
    QFETCH(int, index);
    const PlausibilityLimit &limit = limitOf(index);
    if (limit.field == Field::cycles || limit.field == Field::cellCount)
        return; // integers
    for (const double value :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        Plausibility check;
        BatteryState update = stateWith(limit.field, value);
        QCOMPARE(check.check(update, TimedState(), 1000).size(), size_t(1));
        QVERIFY(!valueOf(update, limit.field));
    }
}

void tst_plausibility::allowsTheLargestStep()
{
    QFETCH(int, index);
    const PlausibilityLimit &limit = limitOf(index);
    const double step = limit.maximumStep > 0 ? limit.maximumStep * 0.999 : limit.maximum - limit.minimum;
    Believer battery;
    QVERIFY(battery.read(stateWith(limit.field, limit.minimum), 1000).empty());
    QVERIFY(battery.read(stateWith(limit.field, limit.minimum + step), 2000).empty());
    QVERIFY(valueOf(battery.state.values(), limit.field) ==
            valueOf(stateWith(limit.field, limit.minimum + step), limit.field));
}

void tst_plausibility::dropsALargerStep()
{
    QFETCH(int, index);
    const PlausibilityLimit &limit = limitOf(index);
    if (limit.maximumStep <= 0)
        return; // any step may be: allowsTheLargestStep
    Believer battery;
    QVERIFY(battery.read(stateWith(limit.field, limit.minimum), 1000).empty());
    const double jump = limit.minimum + limit.maximumStep * 1.01;
    const auto found = battery.read(stateWith(limit.field, jump), 1000 + stepWindowMs);
    QCOMPARE(found.size(), size_t(1));
    QVERIFY(found[0].step);
    QVERIFY(!found[0].event);
    QCOMPARE(found[0].value, jump);
    // Downwards as well.
    Believer other;
    QVERIFY(other.read(stateWith(limit.field, limit.maximum), 1000).empty());
    QCOMPARE(other.read(stateWith(limit.field, limit.maximum - limit.maximumStep * 1.01), 1500).size(),
             size_t(1));
}

void tst_plausibility::believesAStepSeenThreeTimes()
{
    QFETCH(int, index);
    const PlausibilityLimit &limit = limitOf(index);
    if (limit.maximumStep <= 0)
        return; // any step may be: allowsTheLargestStep
    Believer battery;
    const double jump = limit.minimum + limit.maximumStep * 2;
    QVERIFY(battery.read(stateWith(limit.field, limit.minimum), 1000).empty());
    QCOMPARE(battery.read(stateWith(limit.field, jump), 2000).size(), size_t(1));
    QVERIFY(valueOf(battery.state.values(), limit.field) != std::optional<double>(jump));
    QCOMPARE(battery.read(stateWith(limit.field, jump), 3000).size(), size_t(1));
    QVERIFY(valueOf(battery.state.values(), limit.field) != std::optional<double>(jump));
    const auto third = battery.read(stateWith(limit.field, jump), 4000);
    QCOMPARE(third.size(), size_t(1));
    QVERIFY(third[0].step);
    QVERIFY(third[0].event);
    QCOMPARE(valueOf(battery.state.values(), limit.field), std::optional<double>(jump));
    QVERIFY(battery.read(stateWith(limit.field, jump), 5000).empty());
    QCOMPARE(battery.check.dropped(), 2U);
}

void tst_plausibility::neverBelievesWhatLiesOutside()
{
    QFETCH(int, index);
    const PlausibilityLimit &limit = limitOf(index);
    Believer battery;
    for (int i = 0; i < 300; ++i) {
        QCOMPARE(battery.read(stateWith(limit.field, limit.maximum + 1), i * 1000).size(), size_t(1));
        QVERIFY(!valueOf(battery.state.values(), limit.field));
    }
}

void tst_plausibility::judgesNoStepAfterALongPause()
{
    Believer battery;
    QVERIFY(battery.read(stateWith(Field::soc, 20), 1000).empty());
    QVERIFY(battery.read(stateWith(Field::soc, 90), 1001 + stepWindowMs).empty());
    QCOMPARE(battery.state.values().soc, Number(90));
}

void tst_plausibility::judgesNoStepFromNothing()
{
    Believer battery;
    QVERIFY(battery.read(stateWith(Field::cellVoltages, 0.1), 1000).empty());
    QVERIFY(battery.read(stateWith(Field::soc, 100), 1100).empty());
}

void tst_plausibility::judgesNoStepWhenTheListChangesItsLength()
{
    Believer battery;
    BatteryState update;
    update.cellVoltages = {3.3, 3.3};
    QVERIFY(battery.read(update, 1000).empty());
    update.cellVoltages = {2.0, 2.0, 2.0};
    QVERIFY(battery.read(update, 2000).empty());
}

void tst_plausibility::keepsTheRestOfAList()
{
    Believer battery;
    BatteryState update;
    update.cellVoltages = {3.3, 60.0, 3.4, std::nullopt};
    update.voltage = 13.2;
    QCOMPARE(battery.read(update, 1000).size(), size_t(1));
    QCOMPARE(battery.state.values().cellVoltages, (Numbers{3.3, std::nullopt, 3.4, std::nullopt}));
    QCOMPARE(battery.state.values().voltage, Number(13.2));
    QCOMPARE(battery.state.values().cellCount, Count(4));
}

void tst_plausibility::tellsWhichElementWasDropped()
{
    Plausibility check;
    BatteryState update;
    update.cellVoltages = {3.3, 60.0, 3.4, -0.1};
    update.soc = 254;
    const auto &found = check.check(update, TimedState(), 0);
    QCOMPARE(found.size(), size_t(3));
    QVERIFY(found[0].field == Field::soc);
    QCOMPARE(found[0].index, -1);
    QVERIFY(found[1].field == Field::cellVoltages);
    QCOMPARE(found[1].index, 1);
    QCOMPARE(found[2].index, 3);
    QCOMPARE(found[2].value, -0.1);
}

void tst_plausibility::believesOnlyReadingsThatAgree()
{
    Believer battery;
    qint64 now = 0;
    QVERIFY(battery.read(stateWith(Field::soc, 50), now += 100).empty());
    // Jumps from here to there prove nothing, however many they are.
    for (const double soc : {100.0, 0.0, 100.0, 0.0, 100.0, 0.0, 100.0})
        QCOMPARE(battery.read(stateWith(Field::soc, soc), now += 100).size(), size_t(1));
    QCOMPARE(battery.state.values().soc, Number(50));
}

void tst_plausibility::startsAgainAfterAGoodReading()
{
    for (const Field field : {Field::soc, Field::cellVoltages}) {
        const double good = field == Field::soc ? 50 : 3.3;
        const double bad = field == Field::soc ? 90 : 2.0;
        Believer battery;
        qint64 now = 0;
        QVERIFY(battery.read(stateWith(field, good), now += 100).empty());
        for (int i = 0; i < 10; ++i) {
            QCOMPARE(battery.read(stateWith(field, bad), now += 100).size(), size_t(1));
            QCOMPARE(battery.read(stateWith(field, bad), now += 100).size(), size_t(1));
            QVERIFY(battery.read(stateWith(field, good), now += 100).empty());
            QCOMPARE(valueOf(battery.state.values(), field), std::optional<double>(good));
        }
    }
}

void tst_plausibility::reportsAnEventOnce()
{
    Plausibility check;
    for (int i = 1; i <= 1000; ++i) {
        BatteryState update = stateWith(Field::temperatures, 400);
        const auto &found = check.check(update, TimedState(), i);
        QCOMPARE(found.size(), size_t(1));
        QCOMPARE(found[0].event, i == implausibleInARow);
    }
}

void tst_plausibility::countsWhatWasDropped()
{
    Plausibility check;
    BatteryState update;
    update.cellVoltages = {60.0, 61.0, 3.3};
    update.soc = 254;
    update.voltage = 13;
    (void)check.check(update, TimedState(), 0);
    QCOMPARE(check.dropped(), 3U);
    update.soc = 50;
    (void)check.check(update, TimedState(), 1); // the list holds no more than its good element
    QCOMPARE(check.dropped(), 3U);
}

void tst_plausibility::leavesTextsFlagsAndAlarmsAlone()
{
    BatteryState update;
    update.productName = QStringLiteral("x");
    update.chargeAllowed = true;
    update.alarms.raise(AlarmName::LowSoc, AlarmLevel::Alarm);
    update.history[0] = 65535;
    update.problemCode = 0xFFFFFFFF;
    update.cellBalancing = {true};
    const BatteryState before = update;
    Plausibility check;
    QVERIFY(check.check(update, TimedState(), 0).empty());
    QVERIFY(update == before);
}

void tst_plausibility::survivesAbsurdlyLongLists()
{
    Plausibility check;
    BatteryState update;
    update.cellVoltages.assign(1000, 3.3);
    const auto &found = check.check(update, TimedState(), 0);
    // More cells than any protocol has room for: what lies beyond is dropped, and told.
    QCOMPARE(found.size(), size_t(1000 - 64));
    QCOMPARE(found[0].index, 64);
    QCOMPARE(update.cellVoltages[63], std::optional<double>(3.3));
    QVERIFY(!update.cellVoltages[64]);
    QCOMPARE(check.dropped(), 936U);
}

void tst_plausibility::forgetsOnReset()
{
    Believer battery;
    QVERIFY(battery.read(stateWith(Field::soc, 20), 1).empty());
    QCOMPARE(battery.read(stateWith(Field::soc, 90), 2).size(), size_t(1));
    QCOMPARE(battery.read(stateWith(Field::soc, 90), 3).size(), size_t(1));
    battery.check.reset();
    const auto found = battery.read(stateWith(Field::soc, 90), 4);
    QCOMPARE(found.size(), size_t(1));
    QVERIFY(!found[0].event);
    QCOMPARE(battery.state.values().soc, Number(20));
}

QTEST_APPLESS_MAIN(tst_plausibility)
#include "tst_plausibility.moc"
