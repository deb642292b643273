// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbddriver.h"
#include "drivers/jbd/jbdsimulator.h"
#include "jbdboard.h"
#include "simulator/pack.h"

#include <QRandomGenerator>
#include <QTest>
#include <cmath>

using namespace sb;

namespace {

QByteArray hex(const char *text) { return QByteArray::fromHex(text); }

// The vendor's 17-cell example.
const char *const vendorBasic =
    "dd03001f19dff8240da50fa00002249100000000000012570311040b980ba90b960b97f89a77";
const char *const vendorCells =
    "dd0400220ec80ec80ecb0ecf0eca0ec70eca0ecd0ec90eca0ecb0ecb0ec80ecc0ec80ec90ec9f18777";

DriverConfig serial(const QVariantMap &options = {})
{
    return {TransportKind::Serial, std::nullopt, options};
}
DriverConfig bluetooth(const QVariantMap &options = {})
{
    return {TransportKind::Bluetooth, std::nullopt, options};
}

Request readRequest(const jbd::JbdDriver &driver, quint8 reg) { return driver.context().protocol.read(reg); }

/// Asks for \a reg and lets \a bytes be all that is heard.
Reply hear(jbd::JbdDriver &driver, quint8 reg, const QByteArray &bytes, Update &update)
{
    const Request request = readRequest(driver, reg);
    driver.begin(request);
    const Reply reply = driver.receive(bytesOf(bytes), &request, update);
    return reply.state == ReplyState::Waiting ? driver.lineSilent(&request, update) : reply;
}

/// Basic information with the classic frame: \a from up to the sensor count, then the sensors.
QByteArray basic(const QByteArray &head, const QByteArray &sensors = {})
{
    return JbdBoard::reply(0x03, 0, head + sensors);
}
// 15.60 V, 0 A, 4.98 / 5.00 Ah, no cycles, 2022-03-28, version 8.0, 100 %, both FETs, 4 cells, 0 sensors
QByteArray idleHead(quint16 protection = 0, qint16 current = 0, quint8 soc = 100, quint8 fets = 3)
{
    QByteArray head = hex("0618000001f201f400002c7c000000000000806403040000");
    head.chop(1);
    const auto put = [&](int at, int value) {
        head[at] = static_cast<char>(value >> 8);
        head[at + 1] = static_cast<char>(value);
    };
    put(16, protection);
    put(2, current);
    head[19] = static_cast<char>(soc);
    head[20] = static_cast<char>(fets);
    return head;
}

BatteryState decoded(const QByteArray &frame, const DriverConfig &config = serial())
{
    jbd::JbdDriver driver(config);
    Update update;
    const Reply reply = hear(driver, static_cast<quint8>(frame.at(1)), frame, update);
    return reply.state == ReplyState::Complete ? update.values : BatteryState();
}

/// How one step of a dialogue goes wrong.
struct Trouble
{
    enum Kind { None, RequestLost, ReplyLost, Refused, Abort, LinkLost };
    int step = -1;
    Kind kind = None;
};

struct Course
{
    ProcedureResult result;
    QByteArrayList sent;
    std::vector<Request> requests;
    std::vector<ParameterValue> read;
    BatteryState last; ///< of the last reply that had values
};

Course run(jbd::JbdDriver &driver, JbdBoard &board, const std::unique_ptr<Procedure> &procedure,
           Trouble trouble = {})
{
    Course course;
    StepResult last;
    Update update;
    for (int step = 0; step < 500; ++step) {
        const bool here = step == trouble.step;
        if (here && trouble.kind == Trouble::Abort)
            procedure->abort();
        const std::optional<Request> request = procedure->next(last);
        if (!request)
            break;
        course.sent.append(request->bytes);
        course.requests.push_back(*request);
        update.clear();
        driver.begin(*request);
        if (here && trouble.kind == Trouble::LinkLost) {
            last = {StepResult::End::LinkLost, 0, nullptr};
            continue;
        }
        QByteArray reply;
        if (!here || (trouble.kind != Trouble::RequestLost && trouble.kind != Trouble::Refused))
            reply = board.answer(request->bytes);
        if (here && trouble.kind == Trouble::ReplyLost)
            reply.clear();
        if (here && trouble.kind == Trouble::Refused)
            reply = JbdBoard::reply(jbd::Protocol::registerOf(*request), 0x83, {});
        const Reply heard = driver.receive(bytesOf(reply), &*request, update);
        if (heard.state == ReplyState::Complete) {
            last = {StepResult::End::Complete, 0, &update};
            course.read.insert(course.read.end(), update.parameters.begin(), update.parameters.end());
            if (knownFields(update.values).any())
                course.last = update.values;
        } else if (heard.state == ReplyState::Refused) {
            last = {StepResult::End::Refused, heard.code, nullptr};
        } else {
            last = {StepResult::End::Timeout, 0, nullptr};
        }
    }
    course.result = procedure->result();
    return course;
}

QVariant valueOf(const Course &course, const char *id)
{
    for (const ParameterValue &value : course.read) {
        if (value.id == QLatin1String(id))
            return value.value;
    }
    return {};
}

using Make = std::function<std::unique_ptr<Procedure>(jbd::JbdDriver &)>;
BatteryState knownPack()
{
    BatteryState state;
    state.capacityAh = 100;
    return state;
}

} // namespace

class TestJbd : public QObject
{
    Q_OBJECT

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        jbd::JbdDriver driver(serial());
        std::vector<Request> identify, poll;
        driver.requests(Phase::Identify, identify);
        driver.requests(Phase::Poll, poll);
        QCOMPARE(identify.size(), 3U);
        QCOMPARE(identify[0].bytes, hex("dda50500fffb77"));
        QVERIFY(identify[0].optional);
        QCOMPARE(identify[1].bytes, hex("dda50300fffd77"));
        QCOMPARE(identify[2].bytes, hex("dda50400fffc77"));
        for (const Request &request : identify) {
            QCOMPARE(request.timeoutMs, 500);
            QCOMPARE(request.tries, 3);
            QCOMPARE(request.retryAfterMs, 100);
        }
        QCOMPARE(poll.size(), 3U);
        QCOMPARE(poll[0].bytes, hex("dda50300fffd77"));
        QCOMPARE(poll[1].bytes, hex("dda50400fffc77"));
        QCOMPARE(poll[2].bytes, hex("dda5aa00ff5677"));
        QVERIFY(poll[2].optional);
        QCOMPARE(poll[2].everyMs, 600000);
    }

    void asksForSettingsAtStartOnlyOnDemand()
    {
        jbd::JbdDriver driver(serial({{QStringLiteral("readSettingsAtStart"), true}}));
        std::vector<Request> identify;
        driver.requests(Phase::Identify, identify);
        QCOMPARE(identify.size(), 10U);
        for (size_t i = 3; i < identify.size(); ++i) {
            QVERIFY(identify[i].optional);
            QVERIFY(!jbd::Protocol::isWrite(identify[i]));
        }
    }

    void writesWhatTheProtocolFilePrints_data()
    {
        QTest::addColumn<int>("reg");
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<QByteArray>("frame");
        const auto row = [](const char *name, int reg, const char *data, const char *frame) {
            QTest::newRow(name) << reg << hex(data) << hex(frame);
        };
        row("both FETs released", 0xE1, "0000", "dd5ae1020000ff1d77");
        row("charge off", 0xE1, "0001", "dd5ae1020001ff1c77");
        row("discharge off", 0xE1, "0002", "dd5ae1020002ff1b77");
        row("both off", 0xE1, "0003", "dd5ae1020003ff1a77");
        row("SoC to 100 %", 0x0A, "0100", "dd5a0a020100fff377");
        row("clear alarms", 0x0A, "0400", "dd5a0a020400fff077");
        row("enter settings", 0x00, "5678", "dd5a00025678ff3077");
        row("discard", 0x01, "0000", "dd5a01020000fffd77");
        row("save", 0x01, "2828", "dd5a01022828ffad77");
        row("clear password", 0x09, "064a3142324434", "dd5a0907064a31423244 34fe8377");
        row("extended read", 0xFA, "007504", "dd5afa03007504fe8a77");
    }
    void writesWhatTheProtocolFilePrints()
    {
        QFETCH(int, reg);
        QFETCH(QByteArray, data);
        QFETCH(QByteArray, frame);
        const jbd::JbdDriver driver(serial());
        QCOMPARE(driver.context().protocol.write(static_cast<quint8>(reg), data).bytes, frame);
    }

    void decodesTheVendorsExampleInAnyPieces_data()
    {
        QTest::addColumn<int>("size"); // of a piece; 0: random
        QTest::newRow("whole") << 1000;
        QTest::newRow("byte by byte") << 1;
        QTest::newRow("20, as Bluetooth cuts") << 20;
        QTest::newRow("random") << 0;
    }
    void decodesTheVendorsExampleInAnyPieces()
    {
        QFETCH(int, size);
        QRandomGenerator random(7);
        jbd::JbdDriver driver(serial());
        Update update;
        for (const auto &[reg, text] : {std::pair{0x03, vendorBasic}, std::pair{0x04, vendorCells}}) {
            const Request request = readRequest(driver, static_cast<quint8>(reg));
            driver.begin(request);
            const QByteArray bytes = hex(text);
            Reply reply;
            qsizetype at = 0;
            while (at < bytes.size()) {
                QVERIFY(reply.state == ReplyState::Waiting);
                const qsizetype piece = size > 0 ? size : random.bounded(1, 9);
                reply = driver.receive(bytesOf(bytes.mid(at, piece)), &request, update);
                at += piece;
                if (at >= 4 && at < bytes.size())
                    QCOMPARE(driver.missingBytes(), static_cast<int>(bytes.size() - at));
            }
            QVERIFY(reply.state == ReplyState::Complete);
        }
        const BatteryState &state = update.values;
        QCOMPARE(*state.voltage, 66.23);
        QCOMPARE(*state.current, -20.12);
        QCOMPARE(*state.remainingAh, 34.93);
        QCOMPARE(*state.capacityAh, 40.0);
        QCOMPARE(*state.cycles, 2);
        QCOMPARE(*state.productionDate, QDate(2018, 4, 17));
        QCOMPARE(*state.firmwareVersion, QStringLiteral("1.2"));
        QCOMPARE(*state.soc, 87.0);
        QCOMPARE(*state.chargeAllowed, true);
        QCOMPARE(*state.dischargeAllowed, true);
        QCOMPARE(*state.cellCount, 17);
        QCOMPARE(*state.problemCode, 0);
        QCOMPARE(state.cellBalancing, Flags(17, false));
        QCOMPARE(*state.mosfetTemperature, 23.7);
        QCOMPARE(state.temperatures.size(), 3U);
        QCOMPARE(*state.temperatures[0], 25.4);
        QCOMPARE(*state.temperatures[2], 23.6);
        QCOMPARE(state.cellVoltages.size(), 17U);
        QCOMPARE(*state.cellVoltages[3], 3.791);
        QVERIFY(!state.alarms.isEmpty());
        QCOMPARE(*state.alarms.level(AlarmName::HighVoltage), AlarmLevel::Ok);
        QVERIFY(!state.alarms.level(AlarmName::CellImbalance).has_value());
        QVERIFY(state.notices.none());
    }

    void findsTheReplyBehindNoise_data()
    {
        QTest::addColumn<QByteArray>("noise");
        QTest::newRow("wake-up byte") << hex("00");
        QTest::newRow("idle bytes") << hex("ffffff");
        QTest::newRow("false start") << hex("dd");
        QTest::newRow("false start with a length") << hex("dd030010");
        QTest::newRow("false start, longer than what follows") << hex("dd030040");
        QTest::newRow("false start with an impossible length") << hex("dd0300ff");
        QTest::newRow("end bytes") << hex("7777dd77");
    }
    void findsTheReplyBehindNoise()
    {
        QFETCH(QByteArray, noise);
        jbd::JbdDriver driver(serial());
        Update update;
        QVERIFY(hear(driver, 0x03, noise + hex(vendorBasic), update).state == ReplyState::Complete);
        QCOMPARE(*update.values.voltage, 66.23);
        QVERIFY(driver.counters().noiseBytes >= static_cast<quint64>(noise.size()));
    }

    void ignoresItsEcho()
    {
        jbd::JbdDriver driver(serial());
        Update update;
        QVERIFY(hear(driver, 0x03, hex("dda50300fffd77") + hex(vendorBasic), update).state ==
                ReplyState::Complete);
        QCOMPARE(driver.counters().echoes, 1U);
        // An echo alone is no answer, not even to a write.
        const Request write = driver.context().protocol.write(0xE1, quint16(1));
        driver.begin(write);
        QVERIFY(driver.receive(bytesOf(write.bytes), &write, update).state == ReplyState::Waiting);
        QCOMPARE(driver.counters().echoes, 2U);
    }

    void takesNothingFromADamagedFrame()
    {
        const QByteArray good = hex(vendorBasic);
        for (int bit = 0; bit < good.size() * 8; ++bit) {
            QByteArray damaged = good;
            damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
            jbd::JbdDriver driver(serial());
            Update update;
            const Reply reply = hear(driver, 0x03, damaged, update);
            QVERIFY(reply.state == ReplyState::Waiting);
            QVERIFY(knownFields(update.values).none());
        }
    }

    void takesNothingFromATruncatedFrame()
    {
        const QByteArray good = hex(vendorBasic);
        for (int size = 0; size < good.size(); ++size) {
            jbd::JbdDriver driver(serial());
            Update update;
            QVERIFY(hear(driver, 0x03, good.left(size), update).state == ReplyState::Waiting);
            QVERIFY(knownFields(update.values).none());
        }
    }

    void countsAWrongChecksum()
    {
        jbd::JbdDriver driver(serial());
        Update update;
        QByteArray wrong = hex(vendorBasic);
        wrong[wrong.size() - 2] = static_cast<char>(0x9B);
        QVERIFY(hear(driver, 0x03, wrong, update).state == ReplyState::Waiting);
        QVERIFY(driver.counters().badChecksums >= 1);
        QCOMPARE(driver.counters().frames, 0U);
    }

    void ignoresRepliesToOtherRegisters()
    {
        jbd::JbdDriver driver(bluetooth());
        Update update;
        const Request cells = readRequest(driver, 0x04);
        driver.begin(cells);
        QVERIFY(driver.receive(bytesOf(hex(vendorBasic).repeated(2)), &cells, update).state ==
                ReplyState::Waiting);
        QVERIFY(knownFields(update.values).none());
        QCOMPARE(driver.counters().foreignFrames, 2U);
        QVERIFY(driver.receive(bytesOf(hex(vendorCells)), &cells, update).state == ReplyState::Complete);
        QVERIFY(!update.values.voltage.has_value());
        QCOMPARE(update.values.cellVoltages.size(), 17U);
    }

    void ignoresWhatNobodyAskedFor()
    {
        jbd::JbdDriver driver(serial());
        Update update;
        QVERIFY(driver.receive(bytesOf(hex(vendorBasic)), nullptr, update).state == ReplyState::Waiting);
        QVERIFY(knownFields(update.values).none());
        QCOMPARE(driver.counters().foreignFrames, 1U);
    }

    void tellsReadAndWriteRepliesApart()
    {
        jbd::JbdDriver driver(serial());
        Update update;
        // The late reply to reading 2D is no confirmation of writing it, and the other way round.
        const Request write = driver.context().protocol.write(0x2D, quint16(4));
        driver.begin(write);
        QVERIFY(driver.receive(bytesOf(JbdBoard::reply(0x2D, 0, hex("0004"))), &write, update).state ==
                ReplyState::Waiting);
        QVERIFY(driver.receive(bytesOf(JbdBoard::reply(0x2D, 0, {})), &write, update).state ==
                ReplyState::Complete);
        const Request read = readRequest(driver, 0x2D);
        driver.begin(read);
        QVERIFY(driver.receive(bytesOf(JbdBoard::reply(0x2D, 0, {})), &read, update).state ==
                ReplyState::Waiting);
    }

    void reportsRefusals_data()
    {
        QTest::addColumn<int>("code");
        for (const int code : {0x80, 0x81, 0x82, 0x83, 0x01})
            QTest::addRow("%02x", code) << code;
    }
    void reportsRefusals()
    {
        QFETCH(int, code);
        jbd::JbdDriver driver(serial());
        Update update;
        const Reply reply = hear(driver, 0x10, JbdBoard::reply(0x10, static_cast<quint8>(code), {}), update);
        QVERIFY(reply.state == ReplyState::Refused);
        QCOMPARE(reply.code, code);
    }

    void rejectsImpossibleContent_data()
    {
        QTest::addColumn<int>("reg");
        QTest::addColumn<QByteArray>("data");
        QByteArray head = idleHead();
        QTest::newRow("basic: too short") << 0x03 << head.left(22);
        head[22] = 17;
        QTest::newRow("basic: 17 sensors") << 0x03 << QByteArray(head + QByteArray(34, '\x0b'));
        head = idleHead();
        head[21] = 0;
        QTest::newRow("basic: no cells") << 0x03 << head;
        head[21] = 33;
        QTest::newRow("basic: 33 cells") << 0x03 << head;
        QTest::newRow("cells: odd") << 0x04 << QByteArray(7, '\x0c');
        QTest::newRow("counters: short") << 0xAA << QByteArray(20, '\0');
        QTest::newRow("setting: three bytes") << 0x20 << QByteArray(3, '\1');
        QTest::newRow("text: shorter than it says") << 0xA2
                                                    << QByteArray("\x05"
                                                                  "ABC");
    }
    void rejectsImpossibleContent()
    {
        QFETCH(int, reg);
        QFETCH(QByteArray, data);
        jbd::JbdDriver driver(serial());
        Update update;
        const auto number = static_cast<quint8>(reg);
        QVERIFY(hear(driver, number, JbdBoard::reply(number, 0, data), update).state == ReplyState::Waiting);
        QVERIFY(knownFields(update.values).none());
        QVERIFY(update.parameters.empty());
        QCOMPARE(driver.counters().malformed, 1U);
    }

    void namesTheFirstSensorAsConfigured_data()
    {
        QTest::addColumn<bool>("ble");
        QTest::addColumn<QVariantMap>("options");
        QTest::addColumn<bool>("mosfet");
        const QVariantMap none;
        QTest::newRow("serial") << false << none << true;
        QTest::newRow("Bluetooth") << true << none << false;
        QTest::newRow("old type") << true
                                  << QVariantMap{{QStringLiteral("bmsType"), QStringLiteral("LltJbd_Ble")}}
                                  << true;
        QTest::newRow("serial, off") << false << QVariantMap{{QStringLiteral("firstSensorIsMosfet"), false}}
                                     << false;
        QTest::newRow("Bluetooth, on")
            << true << QVariantMap{{QStringLiteral("firstSensorIsMosfet"), true}} << true;
        QTest::newRow("old type, off")
            << true
            << QVariantMap{{QStringLiteral("bmsType"), QStringLiteral("LltJbd_Ble")},
                           {QStringLiteral("firstSensorIsMosfet"), false}}
            << false;
    }
    void namesTheFirstSensorAsConfigured()
    {
        QFETCH(bool, ble);
        QFETCH(QVariantMap, options);
        QFETCH(bool, mosfet);
        const BatteryState state = decoded(hex(vendorBasic), ble ? bluetooth(options) : serial(options));
        QCOMPARE(state.mosfetTemperature.has_value(), mosfet);
        QCOMPARE(state.temperatures.size(), mosfet ? 3U : 4U);
    }

    void takesTheOnlySensorForTheBattery()
    {
        QByteArray head = idleHead();
        head[22] = 1;
        const BatteryState state = decoded(basic(head, hex("0bab")));
        QVERIFY(!state.mosfetTemperature.has_value());
        QCOMPARE(state.temperatures.size(), 1U);
        QCOMPARE(*state.temperatures[0], 25.6);
    }

    void takesTheSensorsThatAreThere()
    {
        QByteArray head = idleHead();
        head[22] = 4;
        const BatteryState state = decoded(basic(head, hex("0bab0b8a0c"))); // two and a half of four
        QCOMPARE(*state.mosfetTemperature, 25.6);
        QCOMPARE(state.temperatures.size(), 1U);
        QCOMPARE(*state.temperatures[0], 22.3);
        QCOMPARE(*state.voltage, 15.6);
    }

    void ignoresBytesBehindTheSensors()
    {
        QByteArray head = idleHead();
        head[22] = 1;
        QCOMPARE(decoded(basic(head, hex("0bab320000138801f20000"))).temperatures.size(), 1U);
    }

    void marksOpenSensorsAsMissing()
    {
        QByteArray head = idleHead();
        head[22] = 4;
        // 0 K, -50.1, -50.0 and 150.1 degC
        const BatteryState state =
            decoded(basic(head, hex("0000") + hex("08b6") + hex("08b7") + hex("108a")));
        QVERIFY(!state.mosfetTemperature.has_value());
        QCOMPARE(state.temperatures.size(), 3U);
        QVERIFY(!state.temperatures[0].has_value());
        QCOMPARE(*state.temperatures[1], -50.0);
        QVERIFY(!state.temperatures[2].has_value());
    }

    void leavesAnImpossibleDateUnknown()
    {
        QByteArray head = idleHead();
        head[10] = head[11] = 0;
        QVERIFY(!decoded(basic(head)).productionDate.has_value());
    }

    void numbersBalancingCellsFromBitZero()
    {
        QByteArray head = idleHead();
        head[21] = 18;
        head[13] = 0x05; // cells 1 and 3
        head[15] = 0x06; // 18, and 19 that is not there
        const Flags on = decoded(basic(head)).cellBalancing;
        QCOMPARE(on.size(), 18U);
        for (size_t i = 0; i < on.size(); ++i)
            QCOMPARE(bool(on[i]), i == 0 || i == 2 || i == 17);
    }

    void raisesOneAlarmPerProtection_data()
    {
        QTest::addColumn<int>("bit");
        QTest::addColumn<int>("alarm");
        const AlarmName names[] = {AlarmName::HighCellVoltage,       AlarmName::LowCellVoltage,
                                   AlarmName::HighVoltage,           AlarmName::LowVoltage,
                                   AlarmName::HighChargeTemperature, AlarmName::LowChargeTemperature,
                                   AlarmName::HighTemperature,       AlarmName::LowTemperature,
                                   AlarmName::HighChargeCurrent,     AlarmName::HighDischargeCurrent,
                                   AlarmName::HighDischargeCurrent,  AlarmName::InternalFailure};
        for (int bit = 0; bit < 12; ++bit)
            QTest::addRow("bit %d", bit) << bit << static_cast<int>(names[bit]);
    }
    void raisesOneAlarmPerProtection()
    {
        QFETCH(int, bit);
        QFETCH(int, alarm);
        const BatteryState state = decoded(basic(idleHead(static_cast<quint16>(1 << bit))),
                                           serial({{QStringLiteral("fullChargeAsWarning"), false}}));
        QCOMPARE(*state.problemCode, 1 << bit);
        for (int i = 0; i < alarmCount; ++i) {
            const auto level = state.alarms.level(static_cast<AlarmName>(i));
            QCOMPARE(level.value_or(AlarmLevel::Ok), i == alarm ? AlarmLevel::Alarm : AlarmLevel::Ok);
        }
    }

    void warnsOfAFullBattery_data()
    {
        QTest::addColumn<int>("current"); // 0.01 A
        QTest::addColumn<int>("fets");
        QTest::addColumn<QVariantMap>("options");
        QTest::addColumn<int>("level");
        const QVariantMap none;
        QTest::newRow("resting") << 0 << 2 << none << 1;
        QTest::newRow("0.50 A") << 50 << 2 << none << 1;
        QTest::newRow("discharging") << -2000 << 3 << none << 1;
        QTest::newRow("still charging") << 51 << 3 << none << 2;
        QTest::newRow("can't discharge") << 0 << 0 << none << 2;
        QTest::newRow("option off") << 0 << 2 << QVariantMap{{QStringLiteral("fullChargeAsWarning"), false}}
                                    << 2;
    }
    void warnsOfAFullBattery()
    {
        QFETCH(int, current);
        QFETCH(int, fets);
        QFETCH(QVariantMap, options);
        QFETCH(int, level);
        const QByteArray head =
            idleHead(0x0005 | 0x0002, static_cast<qint16>(current), 100, static_cast<quint8>(fets));
        const BatteryState state = decoded(basic(head), serial(options));
        QCOMPARE(static_cast<int>(*state.alarms.level(AlarmName::HighCellVoltage)), level);
        QCOMPARE(static_cast<int>(*state.alarms.level(AlarmName::HighVoltage)), level);
        QCOMPARE(*state.alarms.level(AlarmName::LowCellVoltage), AlarmLevel::Alarm);
    }

    void notesLockAndChargeTimeout()
    {
        const auto has = [](const BatteryState &state, Notice notice) {
            return state.notices.test(static_cast<size_t>(notice));
        };
        const BatteryState locked = decoded(basic(idleHead(0x1000)));
        QVERIFY(has(locked, Notice::LockedByCommand));
        QVERIFY(!has(locked, Notice::ChargeTimeout));
        const BatteryState late = decoded(basic(idleHead(0x2000)));
        QVERIFY(has(late, Notice::ChargeTimeout));
        for (int i = 0; i < alarmCount; ++i)
            QVERIFY(late.alarms.level(static_cast<AlarmName>(i)).value_or(AlarmLevel::Ok) == AlarmLevel::Ok);
    }

    void doubtsTheCapacityUnitOnlyWhereSocDisagrees_data()
    {
        QTest::addColumn<int>("soc");
        QTest::addColumn<bool>("doubtful");
        QTest::newRow("99.6 % and 100 %") << 100 << false; // 4.98 of 5.00 Ah
        QTest::newRow("99.6 % and 80 %") << 80 << false;
        QTest::newRow("99.6 % and 79 %") << 79 << true;
    }
    void doubtsTheCapacityUnitOnlyWhereSocDisagrees()
    {
        QFETCH(int, soc);
        QFETCH(bool, doubtful);
        const BatteryState state = decoded(basic(idleHead(0, 0, static_cast<quint8>(soc))));
        QCOMPARE(state.notices.test(static_cast<size_t>(Notice::CapacityUnitDoubtful)), doubtful);
    }

    void judgesSocOnlyByConfiguredThresholds_data()
    {
        QTest::addColumn<int>("soc");
        QTest::addColumn<int>("level");
        QTest::newRow("above") << 20 << 0;
        QTest::newRow("warning") << 19 << 1;
        QTest::newRow("alarm") << 9 << 2;
    }
    void judgesSocOnlyByConfiguredThresholds()
    {
        QFETCH(int, soc);
        QFETCH(int, level);
        const QByteArray frame = basic(idleHead(0, 0, static_cast<quint8>(soc)));
        QVERIFY(!decoded(frame).alarms.level(AlarmName::LowSoc).has_value());
        const BatteryState state = decoded(
            frame, serial({{QStringLiteral("socLowWarning"), 20}, {QStringLiteral("socLowAlarm"), 10}}));
        QCOMPARE(static_cast<int>(*state.alarms.level(AlarmName::LowSoc)), level);
    }

    void decodesTheErrorCounters()
    {
        const EventCounters history =
            decoded(hex("ddaa0018000000000000007a00020000000000000000000000000001ff6b77")).history;
        QCOMPARE(*history[static_cast<size_t>(EventCounter::ShortCircuit)], 0);
        QCOMPARE(*history[static_cast<size_t>(EventCounter::CellOvervoltage)], 122);
        QCOMPARE(*history[static_cast<size_t>(EventCounter::CellUndervoltage)], 2);
        QCOMPARE(*history[static_cast<size_t>(EventCounter::PackUndervoltage)], 0);
    }

    void takesTheDeviceNameWithoutALengthByte()
    {
        const BatteryState state = decoded(JbdBoard::reply(0x05, 0, QByteArray("0123456789\0\0", 12)));
        QCOMPARE(*state.hardwareVersion, QStringLiteral("0123456789"));
        QVERIFY(!state.uniqueId.has_value());
    }

    void recognisesOnlyConsistentReadings_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QByteArray>("cells");
        QTest::addColumn<bool>("yes");
        const QByteArray four = hex("0f450f3d0f370f3d"); // 15.606 V
        QTest::newRow("consistent") << idleHead() << four << true;
        QTest::newRow("another number of cells") << idleHead() << four.left(6) << false;
        QTest::newRow("sum too low") << idleHead() << hex("0dac0dac0dac0dac") << false;
        QTest::newRow("a cell below 0.5 V") << idleHead() << hex("138813880e1001f3") << false;
        QTest::newRow("a cell above 5 V") << idleHead() << hex("13890d480e100d48") << false;
        QTest::newRow("101 %") << idleHead(0, 0, 101) << four << false;
    }
    void recognisesOnlyConsistentReadings()
    {
        QFETCH(QByteArray, head);
        QFETCH(QByteArray, cells);
        QFETCH(bool, yes);
        jbd::JbdDriver driver(serial());
        Update update;
        QVERIFY(driver.recognise(update.values) == Recognition::No);
        QVERIFY(hear(driver, 0x03, basic(head), update).state == ReplyState::Complete);
        QVERIFY(driver.recognise(update.values) == Recognition::No);
        QVERIFY(hear(driver, 0x04, JbdBoard::reply(0x04, 0, cells), update).state == ReplyState::Complete);
        QCOMPARE(driver.recognise(update.values) == Recognition::Yes, yes);
    }

    void speaksTheAddressedFrame()
    {
        jbd::JbdDriver first({TransportKind::Serial, 0, {}});
        QCOMPARE(readRequest(first, 0x03).bytes, hex("dd00a50300ff5877"));
        jbd::JbdDriver driver({TransportKind::Serial, 1, {}});
        const Request request = readRequest(driver, 0x03);
        QCOMPARE(request.bytes, hex("dd01a50300ff5777"));

        // 0 to 21 as ever, alarm bits, ambient 20.0, FET 30.0 degC, two sensors of 25.6 and 22.3 degC
        QByteArray body = hex("010300") + QByteArray(1, '\x21');
        body += idleHead().left(22) + hex("0000") + hex("0b73") + hex("0bd7") + hex("02") + hex("0bab0b8a");
        int sum = 0;
        for (const char c : body)
            sum += static_cast<quint8>(c);
        sum = 0x10000 - sum;
        QByteArray frame = QByteArray(1, '\xdd') + body;
        frame.append(static_cast<char>(sum >> 8));
        frame.append(static_cast<char>(sum));
        frame.append('\x77');

        Update update;
        driver.begin(request);
        const QByteArray other = hex("dd02a50300ff5677"); // to another pack
        const QByteArray heard = other + request.bytes + frame;
        QVERIFY(driver.receive(bytesOf(heard), &request, update).state == ReplyState::Complete);
        QCOMPARE(driver.counters().echoes, 1U);
        QCOMPARE(*update.values.voltage, 15.6);
        QCOMPARE(*update.values.mosfetTemperature, 30.0);
        QCOMPARE(update.values.temperatures.size(), 2U);
        QCOMPARE(*update.values.temperatures[1], 22.3);
    }

    void hidesSettingsThatAddressedBoardsDoNotHave()
    {
        const jbd::JbdDriver driver({TransportKind::Serial, 1, {}});
        QStringList ids;
        for (const ParameterInfo &info : driver.parameters())
            ids.append(info.id);
        QVERIFY(ids.contains(QStringLiteral("packOvervoltage")));
        for (const char *id : {"shuntResistance", "cellCount", "cellVoltage80", "hardwareCellOvervoltage"})
            QVERIFY2(!ids.contains(QLatin1String(id)), id);
    }

    // ---- settings ----

    void listsEachSettingOnce()
    {
        QSet<QString> ids;
        QMap<int, int> used; // register to bits
        for (const jbd::ParameterRow &row : jbd::parameterRows()) {
            const QString id = QLatin1String(row.id);
            QVERIFY2(!ids.contains(id), row.id);
            ids.insert(id);
            QVERIFY2((used[row.reg] & row.bits.mask()) == 0, row.id);
            used[row.reg] |= row.bits.mask();
            QVERIFY2(row.choices.empty() || row.choices.size() <= 1U << row.bits.width, row.id);
        }
        // Every register of the map, except those that can only be written.
        for (int reg = 0x10; reg <= 0x47; ++reg)
            QVERIFY2(used.contains(reg), qPrintable(QString::number(reg, 16)));
        QCOMPARE(jbd::JbdDriver(serial()).parameters().size(), jbd::parameterRows().size());
    }

    void keepsEachValueThroughTheRegister_data()
    {
        QTest::addColumn<int>("index");
        for (size_t i = 0; i < jbd::parameterRows().size(); ++i)
            QTest::newRow(jbd::parameterRows()[i].id) << static_cast<int>(i);
    }
    void keepsEachValueThroughTheRegister()
    {
        QFETCH(int, index);
        const jbd::ParameterRow &row = jbd::parameterRows()[static_cast<size_t>(index)];
        std::vector<QVariant> good, bad;
        if (row.coding == jbd::Coding::Text) {
            good = {QString(), QStringLiteral("Pack 7"), QString(31, QLatin1Char('x'))};
            bad = {QString(32, QLatin1Char('x')), QString(QChar(0xE4))};
        } else if (row.coding == jbd::Coding::Date) {
            good = {QDate(2000, 1, 1), QDate(2024, 2, 29), QDate(2127, 12, 31)};
            bad = {QDate(1999, 12, 31), QDate(2128, 1, 1), QDate(), 12.0};
        } else if (!row.choices.empty()) {
            for (const quint16 choice : row.choices)
                good.emplace_back(choice);
            bad = {row.choices.back() - 1, row.maximum + 1, -1};
        } else {
            const double step = std::pow(0.1, row.decimals);
            good = {row.minimum, row.maximum, std::round((row.minimum + row.maximum) / 2 / step) * step};
            bad = {row.minimum - step, row.maximum + step, std::nan(""), QStringLiteral("x"), QVariant()};
        }
        for (const QVariant &value : good) {
            const auto raw = jbd::encodeParameter(row, value);
            QVERIFY(raw.has_value());
            QByteArray data = raw->text;
            if (raw->mask != 0) {
                QCOMPARE(raw->bits & ~raw->mask, 0);
                // All other bits of the register set: they must not shine through.
                const auto word = static_cast<quint16>(raw->bits | ~raw->mask);
                data.append(static_cast<char>(word >> 8));
                data.append(static_cast<char>(word));
            }
            const auto back = jbd::decodeParameter(row, bytesOf(data));
            QVERIFY(back.has_value());
            if (value.metaType().id() == QMetaType::QString || value.metaType().id() == QMetaType::QDate)
                QCOMPARE(*back, value);
            else
                QVERIFY(std::abs(back->toDouble() - value.toDouble()) < 1e-9);
        }
        for (const QVariant &value : bad)
            QVERIFY2(!jbd::encodeParameter(row, value).has_value(), qPrintable(value.toString()));
    }

    void decodesSettingsAsTheMapSays_data()
    {
        QTest::addColumn<int>("reg");
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<QString>("id");
        QTest::addColumn<QVariant>("value");
        const auto row = [](int reg, const char *data, const char *id, const QVariant &value) {
            QTest::newRow(id) << reg << hex(data) << QString::fromLatin1(id) << value;
        };
        row(0x10, "2710", "designCapacity", 100.0);
        row(0x12, "0e10", "cellVoltageFull", 3.6);
        row(0x14, "0002", "selfDischarge", 0.2);
        row(0x15, "2491", "productionDate", QDate(2018, 4, 17));
        row(0x18, "0cf5", "chargeOvertemperature", 58.6);
        row(0x1A, "0a47", "chargeUndertemperature", -10.0);
        row(0x20, "16c8", "packOvervoltage", 58.32);
        row(0x28, "2710", "chargeOvercurrent", 100.0);
        row(0x29, "c568", "dischargeOvercurrent", 150.0);
        row(0x2C, "0001", "shuntResistance", 0.1);
        row(0x2D, "1004", "functions", 0x1004);
        row(0x38, "9a35", "doubleThresholds", 1); // 1 00 11 010
        row(0x38, "1a35", "shortCircuitDelay", 400);
        row(0x38, "1a35", "shortCircuitThreshold", 44);
        row(0x38, "1a35", "overcurrent2Delay", 80);
        row(0x38, "1a35", "overcurrent2Threshold", 22);
        row(0x39, "6040", "hardwareUndervoltageDelay", 4);
        row(0x39, "6041", "hardwareOvervoltageDelay", 4);
        row(0x39, "6040", "shortCircuitRelease", 64);
        row(0x3A, "0305", "chargeUndertemperatureDelay", 3);
        row(0x3A, "0305", "chargeOvertemperatureDelay", 5);
        row(0x3D, "0705", "cellUndervoltageDelay", 7);
        row(0x3D, "0705", "cellOvervoltageDelay", 5);
        row(0x3E, "0820", "chargeOvercurrentDelay", 8);
        row(0x3F, "0820", "dischargeOvercurrentRelease", 32);
        row(0xA2, "0641424331 3233", "barcode", QStringLiteral("ABC123"));
    }
    void decodesSettingsAsTheMapSays()
    {
        QFETCH(int, reg);
        QFETCH(QByteArray, data);
        QFETCH(QString, id);
        QFETCH(QVariant, value);
        jbd::JbdDriver driver(serial());
        Update update;
        const auto number = static_cast<quint8>(reg);
        QVERIFY(hear(driver, number, JbdBoard::reply(number, 0, data), update).state == ReplyState::Complete);
        const auto at = std::find_if(update.parameters.begin(), update.parameters.end(),
                                     [&](const ParameterValue &each) { return each.id == id; });
        QVERIFY(at != update.parameters.end());
        if (value.metaType().id() == QMetaType::Double)
            QCOMPARE(at->value.toDouble(), value.toDouble());
        else
            QCOMPARE(at->value.toString(), value.toString());
    }

    void leavesAnUnknownChoiceOut()
    {
        jbd::JbdDriver driver(serial());
        Update update;
        QVERIFY(hear(driver, 0x38, JbdBoard::reply(0x38, 0, hex("00f0")), update).state ==
                ReplyState::Complete);
        for (const ParameterValue &value : update.parameters)
            QVERIFY(value.id != QStringLiteral("overcurrent2Delay"));
        QCOMPARE(update.parameters.size(), 4U);
    }

    void learnsLimitsAndIdentityFromSettings()
    {
        jbd::JbdDriver driver(serial());
        Update update;
        const auto tell = [&](quint8 reg, const QByteArray &data) {
            return hear(driver, reg, JbdBoard::reply(reg, 0, data), update).state == ReplyState::Complete;
        };
        QVERIFY(tell(0x20, hex("1680")) && tell(0x22, hex("1194")) && tell(0x28, hex("2710")));
        QVERIFY(tell(0x29, hex("c568")) && tell(0x2D, hex("0004")) &&
                tell(0xA1, QByteArray("\x04"
                                      "Boat")));
        QCOMPARE(*update.values.maxVoltage, 57.6);
        QCOMPARE(*update.values.minVoltage, 45.0);
        QCOMPARE(*update.values.maxChargeCurrent, 100.0);
        QCOMPARE(*update.values.maxDischargeCurrent, 150.0);
        QCOMPARE(*update.values.balancerEnabled, true);
        QCOMPARE(*update.values.deviceName, QStringLiteral("Boat"));
        QVERIFY(tell(0x2D, hex("fffb")));
        QCOMPARE(*update.values.balancerEnabled, false);
        QVERIFY(!update.values.uniqueId.has_value());
        // The number alone is no identity; with name and date it is, and the barcode is better.
        QVERIFY(tell(0x16, hex("0000")));
        QVERIFY(!update.values.serialNumber.has_value());
        update.values.hardwareVersion = QStringLiteral("SP04");
        update.values.productionDate = QDate(2018, 4, 17);
        QVERIFY(tell(0x16, hex("002a")));
        QCOMPARE(*update.values.uniqueId, QStringLiteral("SP04-20180417-42"));
        QVERIFY(tell(0xA2, QByteArray("\x03"
                                      "B77")));
        QCOMPARE(*update.values.uniqueId, QStringLiteral("B77"));
        QCOMPARE(*update.values.serialNumber, QStringLiteral("B77"));
    }

    void readsSettingsWithoutSettingsModeWhereItCan()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        const Course course = run(driver, board, driver.readParameters({}));
        QVERIFY2(course.result.ok, qPrintable(course.result.error));
        QCOMPARE(board.visits, 0);
        QCOMPARE(course.result.parameters.size(), jbd::parameterRows().size());
        QCOMPARE(valueOf(course, "barcode").toString(), QStringLiteral("B12345"));
        QCOMPARE(valueOf(course, "shortCircuitDelay").toInt(), 100);
    }

    void readsSettingsInSettingsModeWhereItMust()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        board.freeReading = false;
        const Course course = run(driver, board, driver.readParameters({}));
        QVERIFY2(course.result.ok, qPrintable(course.result.error));
        QVERIFY(!board.open);
        QCOMPARE(board.saves, 0);
        QVERIFY(board.longestVisit <= 32); // with the exit: never long enough to lose charge
        QCOMPARE(course.result.parameters.size(), jbd::parameterRows().size());
        QCOMPARE(course.sent.at(1), hex("dd5a00025678ff3077"));
        QCOMPARE(course.sent.last(), hex("dd5a01020000fffd77"));
        // 300 ms after entering, 60 ms between registers
        QCOMPARE(course.requests[2].pauseBeforeMs, 300);
        QCOMPARE(course.requests[3].pauseBeforeMs, 60);
    }

    void readsOnlyTheRegistersAskedFor()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        const Course course =
            run(driver, board,
                driver.readParameters({QStringLiteral("cellOvervoltage"), QStringLiteral("barcode")}));
        QVERIFY(course.result.ok);
        QCOMPARE(course.sent.size(), 2);
        QVERIFY(!run(driver, board, driver.readParameters({QStringLiteral("nonsense")})).result.ok);
    }

    void readsOnWhereABoardHasFewerRegisters()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        for (quint8 reg = 0x36; reg <= 0x47; ++reg)
            board.settings.remove(reg);
        const Course course = run(driver, board, driver.readParameters({}));
        QVERIFY2(course.result.ok, qPrintable(course.result.error));
        QVERIFY(!board.open);
        int refused = 0;
        for (const ParameterOutcome &outcome : course.result.parameters)
            refused += outcome.status == ParameterOutcome::Status::Refused;
        QVERIFY(refused > 20);
    }

    void givesUpReadingASilentBoard()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        for (int reg = 0; reg < 0x100; ++reg)
            board.silent.insert(static_cast<quint8>(reg));
        const Course course = run(driver, board, driver.readParameters({}));
        QVERIFY(!course.result.ok);
        QVERIFY(!course.result.error.isEmpty() && !course.result.error.contains(QLatin1Char('\n')));
        QVERIFY(course.sent.size() < 8);
        QCOMPARE(course.sent.last(), hex("dd5a01020000fffd77")); // the mode may be open all the same
    }

    void writesAndVerifiesSettings()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        const Course course =
            run(driver, board,
                driver.writeParameters({{QStringLiteral("cellOvervoltage"), 3.65},
                                        {QStringLiteral("deviceName"), QStringLiteral("Van")},
                                        {QStringLiteral("dischargeOvercurrent"), 120.0}}));
        QVERIFY2(course.result.ok, qPrintable(course.result.error));
        QCOMPARE(board.settings[0x24], hex("0e42"));
        QCOMPARE(board.settings[0x29], hex("d120"));
        QCOMPARE(board.settings[0xA1], QByteArray("\x03"
                                                  "Van"));
        QVERIFY(!board.open);
        QCOMPARE(board.saves, 1);
        const qsizetype saved = course.sent.indexOf(hex("dd5a01022828ffad77"));
        QVERIFY(saved > 0);
        QCOMPARE(course.requests[static_cast<size_t>(saved) + 1].pauseBeforeMs, 300);
        for (const ParameterOutcome &outcome : course.result.parameters)
            QVERIFY(outcome.status == ParameterOutcome::Status::Ok);
    }

    void keepsTheOtherSettingsOfARegister()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        QVERIFY(run(driver, board,
                    driver.writeParameters({{QStringLiteral("shortCircuitDelay"), 400},
                                            {QStringLiteral("overcurrent2Threshold"), 8},
                                            {QStringLiteral("shortCircuitRelease"), 5}}))
                    .result.ok);
        QCOMPARE(board.settings[0x38], hex("f970")); // was e97a
        QCOMPARE(board.settings[0x39], hex("6f05")); // was 6f20
        QCOMPARE(board.saves, 1);
    }

    void writesManySettingsInShortVisits()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        board.freeReading = false;
        std::vector<ParameterValue> values;
        for (const ParameterInfo &info : driver.parameters()) {
            if (info.type == ParameterType::Number)
                values.push_back({info.id, info.maximum});
        }
        QVERIFY(values.size() > 31);
        const Course course = run(driver, board, driver.writeParameters(values));
        QVERIFY2(course.result.ok, qPrintable(course.result.error));
        QVERIFY(board.saves >= 2);
        QVERIFY(!board.open);
        QVERIFY(board.longestVisit <= 32);
    }

    void refusesImpossibleValuesBeforeItSendsAnything_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QVariant>("value");
        QTest::newRow("out of range") << QStringLiteral("cellOvervoltage") << QVariant(5.001);
        QTest::newRow("no such choice") << QStringLiteral("shortCircuitDelay") << QVariant(150);
        QTest::newRow("no such setting") << QStringLiteral("nonsense") << QVariant(1);
        QTest::newRow("too long") << QStringLiteral("barcode") << QVariant(QString(40, QLatin1Char('1')));
    }
    void refusesImpossibleValuesBeforeItSendsAnything()
    {
        QFETCH(QString, id);
        QFETCH(QVariant, value);
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        const Course course = run(driver, board, driver.writeParameters({{id, value}}));
        QVERIFY(!course.result.ok);
        QVERIFY(course.result.error.contains(id));
        QVERIFY(course.sent.isEmpty());
    }

    void reportsARefusedWrite()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        board.refusedWrites[0x24] = 0x81;
        const Course course = run(driver, board,
                                  driver.writeParameters({{QStringLiteral("cellOvervoltage"), 3.65},
                                                          {QStringLiteral("balanceStart"), 3.4}}));
        QVERIFY(!course.result.ok);
        QVERIFY(course.result.refused);
        QVERIFY(course.result.error.contains(QStringLiteral("cellOvervoltage")));
        QVERIFY(course.result.parameters[0].status == ParameterOutcome::Status::Refused);
        QVERIFY(course.result.parameters[1].status == ParameterOutcome::Status::Ok);
        QCOMPARE(board.settings[0x2A], hex("0d48"));
        QVERIFY(!board.open);
    }

    void reportsAWriteWithoutEffect()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        board.ignored.insert(0x24);
        const Course course =
            run(driver, board, driver.writeParameters({{QStringLiteral("cellOvervoltage"), 3.65}}));
        QVERIFY(!course.result.ok);
        QVERIFY(!course.result.refused);
        QVERIFY(course.result.parameters[0].status == ParameterOutcome::Status::NotVerified);
    }

    // ---- controls ----

    void keepsTheOtherFetAsCommanded()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        const auto command = [&](Control control, bool on) {
            const Course course = run(driver, board, driver.control(control, on ? 1 : 0, {}));
            return course.result.ok ? course.sent.first() : QByteArray();
        };
        QCOMPARE(command(Control::Charge, false), hex("dd5ae1020001ff1c77"));
        QCOMPARE(command(Control::Discharge, false), hex("dd5ae1020003ff1a77"));
        QCOMPARE(command(Control::Charge, true), hex("dd5ae1020002ff1b77"));
        QCOMPARE(command(Control::Discharge, true), hex("dd5ae1020000ff1d77"));
    }

    void neverLocksAFetThatAProtectionOpened_data()
    {
        QTest::addColumn<int>("protection");
        QTest::addColumn<QByteArray>("frame");
        QTest::newRow("protection") << 0x0004 << hex("dd5ae1020002ff1b77");
        QTest::newRow("protection and lock") << 0x1004 << hex("dd5ae1020002ff1b77");
        QTest::newRow("nothing") << 0x0000 << hex("dd5ae1020002ff1b77");
        QTest::newRow("lock of an earlier run") << 0x1000 << hex("dd5ae1020003ff1a77");
    }
    void neverLocksAFetThatAProtectionOpened()
    {
        QFETCH(int, protection);
        QFETCH(QByteArray, frame);
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        BatteryState now;
        now.chargeAllowed = false;
        now.dischargeAllowed = true;
        now.problemCode = protection;
        QCOMPARE(run(driver, board, driver.control(Control::Discharge, 0, now)).sent.first(), frame);
    }

    void usesTheMovedLockRegister()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        board.refusedWrites[0xE1] = 0x80;
        const Course course = run(driver, board, driver.control(Control::Charge, 0, {}));
        QVERIFY(course.result.ok);
        QCOMPARE(course.sent.at(1).mid(2, 1), hex("fb"));
        QCOMPARE(board.lock, 1);
    }

    void reportsAFetThatDoesNotFollow()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        board.ignored.insert(0xE1);
        QVERIFY(!run(driver, board, driver.control(Control::Charge, 0, {})).result.ok);
        board.ignored.clear();
        board.protectedFets = 1;
        board.protection = 0x0001;
        const Course released = run(driver, board, driver.control(Control::Charge, 1, {}));
        QVERIFY(!released.result.ok);
        QVERIFY(released.result.error.contains(QStringLiteral("protection")));
        QCOMPARE(board.lock, 0);
    }

    void reportsARefusedSwitch()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        board.refusedWrites[0xE1] = 0x83;
        const Course course = run(driver, board, driver.control(Control::Discharge, 0, {}));
        QVERIFY(!course.result.ok);
        QVERIFY(course.result.refused);
        QCOMPARE(course.sent.size(), 1);
    }

    void setsTheStateOfCharge()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        const Course course = run(driver, board, driver.control(Control::StateOfCharge, 63.5, knownPack()));
        QVERIFY2(course.result.ok, qPrintable(course.result.error));
        QVERIFY(course.sent.contains(driver.context().protocol.write(0xE0, quint16(6350)).bytes));
        QCOMPARE(board.soc, 63);
        QCOMPARE(board.saves, 1);
        QVERIFY(!board.open);
    }

    void setsAFullBatteryWithoutSettingsMode()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        QVERIFY(run(driver, board, driver.control(Control::StateOfCharge, 100, {})).result.ok);
        QCOMPARE(board.visits, 0);
        board.soc = 50;
        board.refusedWrites[0x0A] = 0x80;
        QVERIFY(run(driver, board, driver.control(Control::StateOfCharge, 100, knownPack())).result.ok);
        QCOMPARE(board.soc, 100);
        board.soc = 50;
        board.refusedWrites.clear();
        board.ignored.insert(0x0A);
        QVERIFY(run(driver, board, driver.control(Control::StateOfCharge, 100, knownPack())).result.ok);
        QCOMPARE(board.soc, 100);
    }

    void reportsAStateOfChargeThatDoesNotFollow()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        board.ignored.insert(0xE0);
        QVERIFY(!run(driver, board, driver.control(Control::StateOfCharge, 80, knownPack())).result.ok);
        QVERIFY(!run(driver, board, driver.control(Control::StateOfCharge, 80, {})).result.ok);
        QVERIFY(run(driver, board, driver.control(Control::StateOfCharge, 101, knownPack())).sent.isEmpty());
    }

    void switchesTheBalancer()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        QVERIFY(run(driver, board, driver.control(Control::Balancing, 1, {})).result.ok);
        QCOMPARE(board.settings[0x2D], hex("8005")); // the other bits stay
        QVERIFY(run(driver, board, driver.control(Control::Balancing, 0, {})).result.ok);
        QCOMPARE(board.settings[0x2D], hex("8001"));
        QVERIFY(!board.open);
        QVERIFY(driver.control(Control::Heater, 1, {}) == nullptr);
    }

    void testsTheBalancers()
    {
        jbd::JbdDriver driver(serial());
        JbdBoard board;
        const Course course =
            run(driver, board, jbd::testBalancing(driver.context(), jbd::BalanceTest::OddCells));
        QVERIFY2(course.result.ok, qPrintable(course.result.error));
        QCOMPARE(course.sent.at(1), driver.context().protocol.write(0xE2, quint16(1)).bytes);
        QCOMPARE(board.balanceTest, 3);
        QCOMPARE(board.saves, 0);
        QVERIFY(!board.open);
    }

    void leavesSettingsModeHoweverItEnds_data()
    {
        QTest::addColumn<int>("what");
        QTest::addColumn<int>("kind");
        const char *const whats[] = {"read", "write", "balancing", "SoC", "full", "balance test", "FET"};
        const char *const kinds[] = {"", "request lost", "reply lost", "refused", "aborted", "link lost"};
        for (int what = 0; what < 7; ++what) {
            for (int kind = Trouble::RequestLost; kind <= Trouble::LinkLost; ++kind)
                QTest::addRow("%s, %s", whats[what], kinds[kind]) << what << kind;
        }
    }
    void leavesSettingsModeHoweverItEnds()
    {
        QFETCH(int, what);
        QFETCH(int, kind);
        const Make makes[] = {
            [](jbd::JbdDriver &driver) {
                return driver.readParameters({QStringLiteral("balanceStart"), QStringLiteral("barcode")});
            },
            [](jbd::JbdDriver &driver) {
                return driver.writeParameters(
                    {{QStringLiteral("balanceStart"), 3.4}, {QStringLiteral("shortCircuitDelay"), 200}});
            },
            [](jbd::JbdDriver &driver) { return driver.control(Control::Balancing, 1, {}); },
            [](jbd::JbdDriver &driver) { return driver.control(Control::StateOfCharge, 70, knownPack()); },
            [](jbd::JbdDriver &driver) { return driver.control(Control::StateOfCharge, 100, knownPack()); },
            [](jbd::JbdDriver &driver) {
                return jbd::testBalancing(driver.context(), jbd::BalanceTest::EvenCells);
            },
            [](jbd::JbdDriver &driver) { return driver.control(Control::Charge, 0, {}); },
        };
        int steps = 1;
        for (int step = 0; step <= steps; ++step) {
            jbd::JbdDriver driver(serial());
            JbdBoard board;
            board.freeReading = false;
            if (step == 0) {
                const Course smooth = run(driver, board, makes[what](driver));
                QVERIFY2(smooth.result.ok, qPrintable(smooth.result.error));
                steps = static_cast<int>(smooth.sent.size());
                QVERIFY(!board.open);
                continue;
            }
            const Trouble trouble{step - 1, static_cast<Trouble::Kind>(kind)};
            const Course course = run(driver, board, makes[what](driver), trouble);
            QCOMPARE(course.result.ok, course.result.error.isEmpty());
            QVERIFY(!course.result.error.contains(QLatin1Char('\n')));
            const bool wasExit =
                trouble.step < course.sent.size() && course.sent.at(trouble.step).at(2) == 0x01;
            if (kind == Trouble::LinkLost) {
                // Nothing can be undone without a line, and nothing more is asked for.
                QVERIFY(!course.result.ok);
                QCOMPARE(course.sent.size(), step);
            } else if ((kind == Trouble::RequestLost || kind == Trouble::Refused) && wasExit && board.open) {
                // The last thing that can be done was done, and the user is told.
                QCOMPARE(course.sent.last(), hex("dd5a01020000fffd77"));
                QCOMPARE(course.sent.size(), step);
                QVERIFY(course.result.error.contains(QStringLiteral("settings mode")));
            } else {
                QVERIFY2(!board.open, qPrintable(QString::number(step)));
            }
            if (kind == Trouble::Abort) {
                QVERIFY(!course.result.ok);
                QVERIFY(course.sent.size() <= step);
            }
        }
    }

    void unlocksTheRadioModule()
    {
        Pack pack({}, Profile::constant(0));
        jbd::SimulatorOptions options;
        options.password = "000000";
        const auto identify = [](jbd::JbdDriver &driver, jbd::JbdSimulator &board, Update &update) {
            std::vector<Request> requests;
            driver.requests(Phase::Identify, requests);
            std::vector<ReplyState> ends;
            for (const Request &request : requests) {
                std::vector<SimulatedReply> replies;
                board.receive(bytesOf(request.bytes), replies);
                driver.begin(request);
                Reply reply;
                for (const SimulatedReply &each : replies)
                    reply = driver.receive(bytesOf(each.bytes), &request, update);
                if (reply.state == ReplyState::Waiting)
                    reply = driver.lineSilent(&request, update);
                ends.push_back(reply.state);
            }
            return ends;
        };
        const QString password = QStringLiteral("password");
        {
            jbd::JbdDriver driver(bluetooth({{password, QStringLiteral("000000")}}));
            jbd::JbdSimulator board(pack, options);
            std::vector<Request> requests;
            driver.requests(Phase::Identify, requests);
            QCOMPARE(requests.front().bytes, hex("ffaa15063030303030303b"));
            QCOMPARE(requests.front().secretFrom, 4);
            QCOMPARE(requests.front().secretSize, 7);
            Update update;
            QVERIFY(identify(driver, board, update) ==
                    std::vector<ReplyState>(requests.size(), ReplyState::Complete));
            QVERIFY(driver.recognise(update.values) == Recognition::Yes);
            QVERIFY(driver.objection(update.values).isEmpty());
        }
        {
            jbd::JbdDriver driver(bluetooth({{password, QStringLiteral("111111")}}));
            jbd::JbdSimulator board(pack, options);
            Update update;
            const std::vector<ReplyState> ends = identify(driver, board, update);
            QVERIFY(ends.front() == ReplyState::Refused);
            QVERIFY(std::all_of(ends.begin() + 1, ends.end(),
                                [](ReplyState end) { return end == ReplyState::Waiting; }));
            QVERIFY(update.values == BatteryState());
            QVERIFY(driver.objection(update.values).contains(password));
            // It is not tried again, and the round ends so that the user is told why.
            std::vector<Request> requests;
            driver.requests(Phase::Identify, requests);
            for (const Request &request : requests)
                QVERIFY(request.optional && request.bytes.startsWith('\xDD'));
        }
        for (const DriverConfig &config : {serial({{password, QStringLiteral("000000")}}), bluetooth()}) {
            jbd::JbdDriver driver(config);
            std::vector<Request> requests;
            driver.requests(Phase::Identify, requests);
            QVERIFY(requests.front().bytes.startsWith('\xDD'));
        }
    }

    void onlyTheModulesVerdictCounts()
    {
        for (const char *heard :
             {"", "ffaa15063030303030303b", "ffaa15010017", "ffaa15010015", "ffaa1501", "ffaa1401001516",
              "ffaa15010218", "dd03001d0618fee101f201f4002a2c7c00000000000080640304030b8b0b8a0b84f88477"}) {
            jbd::JbdDriver driver(bluetooth({{QStringLiteral("password"), QStringLiteral("000000")}}));
            std::vector<Request> requests;
            driver.requests(Phase::Identify, requests);
            Update update;
            driver.begin(requests.front());
            const QByteArray bytes = hex(heard);
            QVERIFY2(driver.receive(bytesOf(bytes), &requests.front(), update).state == ReplyState::Waiting,
                     heard);
            QVERIFY(driver.lineSilent(&requests.front(), update).state == ReplyState::Waiting);
            QVERIFY(update.values == BatteryState());
            // And the board's own frames are heard again behind it.
            QVERIFY(hear(driver, 0x03, hex(vendorBasic), update).state == ReplyState::Complete);
        }
    }
};

QTEST_GUILESS_MAIN(TestJbd)
#include "tst_jbd.moc"
