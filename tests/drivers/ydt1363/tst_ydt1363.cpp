// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ydt1363/ydt1363driver.h"
#include "drivers/ydt1363/ydt1363simulator.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;
using namespace sb::ydt1363;

namespace {

constexpr std::array bothForms{Form{Info::Own}, Form{Info::One}, Form{Info::One, 0x26}};
constexpr std::array masterForms{Form{Info::Own}, Form{Info::All, 0, 0, true}};
constexpr std::array otherDevice{Form{Info::OwnThenFixed, 0, 0x4A}};
constexpr std::array<quint8, 2> fixedBytes{0x03, 0xFF};

constexpr std::array commands{
    Command{0x42, bothForms},
    Command{0x44, bothForms},
    Command{0x51, noInfo, Asked::AtStart, true},
    Command{0x43, masterForms, Asked::InPoll, true, 5000, 900},
    Command{0xB0, otherDevice, Asked::AtStart, true, 0, 0, fixedBytes, 3},
    Command{0x45, ownAddress, Asked::OnDemand},
};
constexpr Dialect dialect{{'~', 0x20, 0x46}, "~", 1, 500, wrongForm};

/// 42 says a voltage, 44 an alarm word of another length, 51 a name.
class Device final : public AsciiDriver
{
public:
    explicit Device(const DriverConfig &config)
        : AsciiDriver(config, dialect, commands)
    {}
    using AsciiDriver::request;
    using AsciiDriver::version;

    [[nodiscard]] const DriverInfo &info() const override
    {
        static const DriverInfo info;
        return info;
    }
    [[nodiscard]] Recognition recognise(const BatteryState &) const override { return Recognition::No; }

protected:
    [[nodiscard]] bool decode(const ydt1363::Command &command, const Frame &reply, Update &to) override
    {
        switch (command.code) {
        case 0x42:
            if (reply.info.size() != 2)
                return false;
            to.values.voltage = static_cast<double>(*readInteger(reply.info, 0, Wire::U16BE)) / 100;
            return true;
        case 0x44:
            if (reply.info.size() != 3)
                return false;
            to.values.problemCode = readInteger(reply.info, 1, Wire::U16BE);
            return true;
        default:
            to.values.deviceName = decodeTextOf(reply.info);
            return true;
        }
    }
    [[nodiscard]] std::optional<quint8> masterOf(quint8 address) const override
    {
        return address > 2 ? std::optional<quint8>(2) : std::nullopt;
    }

private:
    static Text decodeTextOf(Bytes bytes) { return QString::fromLatin1(viewOf(bytes).toByteArray()); }
};

class Board final : public SimulatedStation
{
public:
    explicit Board(int address)
        : SimulatedStation({'~', '~', 0x20, {0x46, 0x4A}, 20}, {address})
    {}
    int onlyForm = -1; ///< others get code 06

protected:
    [[nodiscard]] Answer answer(const Command &command) override
    {
        if (onlyForm >= 0 && (command.info.size() != 1 || command.info[0] != onlyForm))
            return refusal(0x06);
        Answer answer;
        switch (command.code) {
        case 0x42:
            put16(answer.info, 5280);
            return answer;
        case 0x44:
            put8(answer.info, 0);
            put16(answer.info, 0x1234);
            return answer;
        case 0x51:
            putText(answer.info, "Board", 5);
            return answer;
        default:
            return refusal(0x04);
        }
    }
};

std::unique_ptr<Device> make(int address = 1)
{
    return std::make_unique<Device>(DriverConfig{TransportKind::Serial, address, {}});
}

Request find(Driver &driver, int id, Phase phase = Phase::Identify)
{
    std::vector<Request> requests;
    driver.requests(phase, requests);
    for (const Request &request : requests) {
        if (request.id == id)
            return request;
    }
    return {};
}

QByteArray framed(const char *characters) { return QByteArray(characters) + '\r'; }

QByteArray reply(int code, QByteArrayView info, int version = 0x20, int address = 1, int device = 0x46)
{
    return makeFrame({'~', static_cast<quint8>(version), static_cast<quint8>(device)},
                     static_cast<quint8>(address), static_cast<quint8>(code), info);
}

QByteArrayList framesIn(std::string_view starts, const QByteArray &bytes, int piece)
{
    FrameStream stream(starts);
    QByteArrayList found;
    for (qsizetype at = 0; at < bytes.size(); at += piece) {
        stream.feed(bytesOf(QByteArrayView(bytes).sliced(at, std::min<qsizetype>(piece, bytes.size() - at))));
        while (const Frame *frame = stream.next())
            found.append(frame->text.toByteArray());
    }
    return found;
}

} // namespace

class TestYdt1363 : public QObject
{
    Q_OBJECT
private slots:
    void makesTheLengthFieldsOfTheTable_data()
    {
        QTest::addColumn<int>("characters");
        QTest::addColumn<QByteArray>("field");
        const std::pair<int, const char *> rows[] = {{0x000, "0000"}, {0x002, "E002"}, {0x00A, "600A"},
                                                     {0x012, "D012"}, {0x096, "1096"}, {0x07A, "F07A"},
                                                     {0x0C6, "E0C6"}, {0x04C, "004C"}, {0x0A6, "00A6"}};
        for (const auto &[characters, field] : rows)
            QTest::newRow(field) << characters << QByteArray(field);
    }
    void makesTheLengthFieldsOfTheTable()
    {
        QFETCH(int, characters);
        QFETCH(QByteArray, field);
        const QByteArray info(characters / 2, '\x5A');
        const QByteArray frame = makeFrame({'~', 0x20, 0x46}, 1, 0, info);
        QCOMPARE(frame.mid(9, 4), field);
        QCOMPARE(frame.size(), 18 + characters);
        FrameStream stream("~");
        stream.feed(bytesOf(frame));
        const Frame *found = stream.next();
        QVERIFY(found);
        QCOMPARE(viewOf(found->info).toByteArray(), info);
    }

    void makesTheFramesOfTheTable()
    {
        QCOMPARE(makeFrame({'~', 0x20, 0x40}, 1, 0x43, hex("00")), framed("~20014043E00200FD3B"));
        QCOMPARE(makeFrame({'~', 0x22, 0x4A}, 1, 0x42, hex("01")), framed("~22014A42E00201FD28"));
        QCOMPARE(makeFrame({'~', 0x20, 0x46}, 0, 0x42, hex("01")), framed("~20004642E00201FD36"));
        QCOMPARE(makeFrame({'~', 0x25, 0x46}, 1, 0x42, hex("01")), framed("~25014642E00201FD30"));
        QCOMPARE(makeFrame({'>', 0x22, 0x42}, 1, 0x42), framed(">220142420000FDAF"));
    }

    void findsFramesInAnyPieces()
    {
        const QByteArray one = framed("~22014A42E00201FD28");
        const QByteArray two = framed(">220142420000FDAF");
        const QByteArray small = framed("~22014a42e00201fce8");
        const QByteArray all = hex("0041ff0d") + one + "\n" + two + "~2201" + small + "garbage";
        for (int piece = 1; piece < all.size(); ++piece) {
            QCOMPARE(framesIn("~>", all, piece), QByteArrayList({one, two, small}));
            QCOMPARE(framesIn("~", all, piece), QByteArrayList({one, small}));
        }
    }

    void findsAFrameAmongStrayBytes()
    {
        const QByteArray good = reply(0, hex("14a0"));
        for (qsizetype at = 1; at < good.size(); ++at) {
            for (const char stray : {'\0', '\n', 'g', '\xff', ' '})
                QCOMPARE(framesIn("~", QByteArray(good).insert(at, stray), 3), QByteArrayList{good});
            for (const char stray : {'0', 'F', '\r', '~'})
                QVERIFY(framesIn("~", QByteArray(good).insert(at, stray), 3).isEmpty() || good[at] == stray ||
                        good[at - 1] == stray);
        }
    }

    void rejectsEachDamagedByte()
    {
        const QByteArray good = reply(0, hex("14a0"));
        for (qsizetype at = 0; at < good.size(); ++at) {
            for (int bit = 0; bit < 8; ++bit) {
                QByteArray bad = good;
                bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
                if (at >= 17 && bad.toUpper() == good) // the check's own digits, in the other case
                    continue;
                QVERIFY2(framesIn("~", bad, 7).isEmpty(), bad.constData());
            }
        }
        QVERIFY(framesIn("~", good.chopped(1), 7).isEmpty());
        QVERIFY(framesIn("~", good.mid(1), 7).isEmpty());
    }

    void passesOverStrayBytesInsideAFrame()
    {
        const QByteArray good = reply(0, hex("14a0"));
        for (qsizetype at = 1; at < good.size(); ++at) {
            for (const char stray : {'\0', '\xFF', 'G', ' ', '\n'}) {
                QByteArray noisy = good;
                noisy.insert(at, stray);
                QCOMPARE(framesIn("~", noisy, 7), QByteArrayList{good});
            }
            for (const char digit : {'0', 'F', '\r'}) {
                QByteArray longer = good;
                longer.insert(at, digit);
                const bool isSame = longer.startsWith(good); // before the end: one more behind it
                QCOMPARE(framesIn("~", longer, 7).isEmpty(), !isSame);
            }
            QByteArray shorter = good;
            shorter.remove(at, 1);
            QVERIFY(framesIn("~", shorter, 7).isEmpty());
        }
        FrameStream stream("~");
        const QByteArray early = good.chopped(2) + '\r';
        stream.feed(bytesOf(early));
        QVERIFY(!stream.next());
        QCOMPARE(stream.counters().badChecksums, 1U);
    }

    void rejectsALengthWithoutItsModulo()
    {
        // Some programs write 0x10 as the check of a length whose digits add up to 16.
        QByteArray frame = makeFrame({'~', 0x20, 0x46}, 1, 0, QByteArray(0x26, '\0'));
        QCOMPARE(frame.mid(9, 4), QByteArray("004C"));
        frame.insert(9, '1');
        QVERIFY(framesIn("~", frame, 5).isEmpty());
        QByteArray wrong = makeFrame({'~', 0x20, 0x46}, 1, 0, QByteArray(0x26, '\0'));
        wrong[9] = '1';
        FrameStream stream("~");
        stream.feed(bytesOf(wrong));
        QVERIFY(!stream.next());
        QCOMPARE(stream.counters().badChecksums, 1U);
    }

    void rejectsHalfABytesLength()
    {
        FrameStream stream("~");
        stream.feed(bytesOf(framed("~20014600F0010FC00")));
        QVERIFY(!stream.next());
        QCOMPARE(stream.counters().badChecksums, 1U);
    }

    void tellsHowMuchIsMissing()
    {
        const QByteArray frame = reply(0, hex("0102030405"));
        FrameStream stream("~");
        QCOMPARE(stream.missing(), 0);
        for (qsizetype at = 0; at < frame.size() - 1; ++at) {
            stream.feed(bytesOf(frame.mid(at, 1)));
            QVERIFY(!stream.next());
            QCOMPARE(stream.missing(), (at < 12 ? 18 : static_cast<int>(frame.size())) - at - 1);
        }
        stream.lineSilent();
        QCOMPARE(stream.missing(), 0);
        stream.feed(bytesOf(frame.right(1)));
        QVERIFY(!stream.next());
        QCOMPARE(stream.counters().noiseBytes, static_cast<quint64>(frame.size()));
    }

    void tellsCommandsFromReturnCodes()
    {
        for (const int code :
             {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x09, 0x90, 0x91, 0xE1, 0xE2, 0xE3, 0xE4})
            QVERIFY(!isCommand(static_cast<quint8>(code)));
        for (const int code : {0x42, 0x44, 0x47, 0x4F, 0x51, 0x92, 0x93, 0xA6, 0xB0, 0xC1})
            QVERIFY(isCommand(static_cast<quint8>(code)));
        QSet<QString> texts;
        for (const int code : {0x01, 0x02, 0x04, 0x05, 0x06, 0x07, 0x09, 0x90, 0x91, 0xE1, 0xE3, 0xE4, 0x33})
            texts.insert(returnText(code));
        QCOMPARE(texts.size(), 13);
        QVERIFY(returnText(4).contains(QStringLiteral("0x04")));
    }

    void asksByTable()
    {
        const std::unique_ptr<Device> driver = make(3);
        std::vector<Request> identify;
        std::vector<Request> poll;
        driver->requests(Phase::Identify, identify);
        driver->requests(Phase::Poll, poll);
        QCOMPARE(identify.size(), 4U);
        QCOMPARE(identify[0].bytes, makeFrame({'~', 0x20, 0x46}, 3, 0x42, hex("03")));
        QCOMPARE(identify[0].otherForms.size(), 2U);
        QCOMPARE(identify[0].otherForms[0], makeFrame({'~', 0x20, 0x46}, 3, 0x42, hex("01")));
        QCOMPARE(identify[0].otherForms[1], makeFrame({'~', 0x26, 0x46}, 3, 0x42, hex("01")));
        QCOMPARE(identify[2].bytes, makeFrame({'~', 0x20, 0x46}, 3, 0x51));
        QCOMPARE(identify[3].id, 0x03B0);
        QCOMPARE(identify[3].bytes, makeFrame({'~', 0x20, 0x4A}, 3, 0xB0, hex("0303ff")));
        QCOMPARE(poll.size(), 3U);
        QCOMPARE(poll[2].timeoutMs, 900);
        QCOMPARE(poll[2].everyMs, 5000);
        QVERIFY(poll[2].optional);
        QCOMPARE(poll[2].otherForms.at(0), makeFrame({'~', 0x20, 0x46}, 2, 0x43, hex("ff")));
        QCOMPARE(driver->request(0x45).bytes, makeFrame({'~', 0x20, 0x46}, 3, 0x45, hex("03")));
        QCOMPARE(driver->request(0x45, 0, hex("0a0b")).bytes,
                 makeFrame({'~', 0x20, 0x46}, 3, 0x45, hex("0a0b")));
    }

    void leavesFormsThroughAMasterOutWhereThereIsNone()
    {
        QVERIFY(find(*make(1), 0x43, Phase::Poll).otherForms.empty());
    }

    void asksOnceInEachForm()
    {
        const std::unique_ptr<Device> driver = make(1);
        const Request request = find(*driver, 0x42); // own address and 01 are the same here
        QCOMPARE(request.otherForms.size(), 1U);
        QCOMPARE(request.otherForms[0], makeFrame({'~', 0x26, 0x46}, 1, 0x42, hex("01")));
    }

    void readsASimulatedBoard()
    {
        Board board(1);
        bool good = false;
        const BatteryState state = round(*make(1), board, Phase::Identify, &good);
        QVERIFY(good);
        QCOMPARE(*state.voltage, 52.8);
        QCOMPARE(*state.problemCode, 0x1234);
        QCOMPARE(*state.deviceName, QStringLiteral("Board"));
    }

    void remembersTheFormThatWorks()
    {
        Board board(5);
        board.onlyForm = 1;
        const std::unique_ptr<Device> driver = make(5);
        Request request = find(*driver, 0x42);
        Update update;
        std::vector<SimulatedReply> replies;
        board.receive(bytesOf(request.bytes), replies);
        const Reply no = hear(*driver, request, replies.front().bytes, update);
        QVERIFY(no.state == ReplyState::Repeat);
        QCOMPARE(no.code, 0x06);
        QVERIFY(ask(*driver, board, request, update).end == StepResult::End::Complete);
        // Also of the command that shares its forms, which nobody has asked yet.
        for (const int id : {0x42, 0x44}) {
            request = find(*driver, id, Phase::Poll);
            QCOMPARE(request.bytes, makeFrame({'~', 0x20, 0x46}, 5, static_cast<quint8>(id), hex("01")));
            QVERIFY(request.otherForms.empty());
        }
        // Whoever answers after an outage may be another one.
        request = find(*driver, 0x42);
        QCOMPARE(request.bytes, makeFrame({'~', 0x20, 0x46}, 5, 0x42, hex("01")));
        QVERIFY(!request.otherForms.empty());
    }

    void learnsTheVersion()
    {
        const std::unique_ptr<Device> driver = make();
        const Request request = find(*driver, 0x42);
        Update update;
        QVERIFY(hear(*driver, request, reply(0, hex("14a0"), 0x26), update).state == ReplyState::Complete);
        QCOMPARE(int{*driver->version()}, 0x26);
        QCOMPARE(find(*driver, 0x51).bytes, makeFrame({'~', 0x26, 0x46}, 1, 0x51));
        // Until somebody does not understand it any more.
        (void)hear(*driver, find(*driver, 0x51), reply(1, {}), update);
        QVERIFY(!driver->version());
        QCOMPARE(find(*driver, 0x51).bytes, makeFrame({'~', 0x20, 0x46}, 1, 0x51));
    }

    void asksAgainWhatArrivedDamaged()
    {
        const std::unique_ptr<Device> driver = make();
        Update update;
        for (const int code : {0x02, 0x03})
            QVERIFY(hear(*driver, find(*driver, 0x51), reply(code, {}), update).state == ReplyState::Repeat);
    }

    void leavesUnknownCommandsOut()
    {
        const std::unique_ptr<Device> driver = make(3);
        Update update;
        QVERIFY(!find(*driver, 0x43, Phase::Poll).bytes.isEmpty());
        const Reply no = hear(*driver, find(*driver, 0x43, Phase::Poll), reply(4, {}, 0x20, 3), update);
        QVERIFY(no.state == ReplyState::Refused);
        QCOMPARE(no.code, 4);
        QVERIFY(find(*driver, 0x43, Phase::Poll).bytes.isEmpty());
        (void)find(*driver, 0x42); // identified anew
        QVERIFY(!find(*driver, 0x43, Phase::Poll).bytes.isEmpty());
    }

    void goesOnAskingWhatItCantDoWithout()
    {
        // Else a reading would be good that read nothing.
        const std::unique_ptr<Device> driver = make();
        Update update;
        for (int i = 0; i < 3; ++i) {
            const Request request = find(*driver, 0x42, Phase::Poll);
            QVERIFY(!request.bytes.isEmpty());
            QVERIFY(hear(*driver, request, reply(4, {}), update).state != ReplyState::Complete);
        }
    }

    void takesNothingThatIsNotTheAnswer_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("another pack") << reply(0, hex("14a0"), 0x20, 2);
        QTest::newRow("another class") << reply(0, hex("14a0"), 0x20, 1, 0x4A);
        QTest::newRow("another shape") << reply(0, hex("0014a0"));
        QTest::newRow("another master's request") << reply(0x44, hex("01"));
        QTest::newRow("its answer") << reply(0x42, hex("05")) + reply(0, hex("14a0"));
        QTest::newRow("our own request") << makeFrame({'~', 0x20, 0x46}, 1, 0x42, hex("01"));
        QTest::newRow("no end") << reply(0, hex("14a0")).chopped(1);
    }
    void takesNothingThatIsNotTheAnswer()
    {
        QFETCH(QByteArray, bytes);
        const std::unique_ptr<Device> driver = make();
        Update update;
        QVERIFY(hear(*driver, find(*driver, 0x42), bytes, update).state == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
        // And with the answer behind it, all but an answer that may be another master's is fine.
        if (!bytes.contains(reply(0x42, hex("05"))) && !bytes.contains(reply(0x44, hex("01"))))
            QVERIFY(hear(*driver, find(*driver, 0x42), bytes + reply(0, hex("14a0")), update).state ==
                    ReplyState::Complete);
    }

    void countsEchoesAndForeignFrames()
    {
        const std::unique_ptr<Device> driver = make();
        const Request request = find(*driver, 0x42);
        Update update;
        QVERIFY(hear(*driver, request, request.bytes + "\n" + reply(0, hex("14a0")), update).state ==
                ReplyState::Complete);
        QCOMPARE(driver->counters().echoes, 1U);
        QCOMPARE(driver->counters().foreignFrames, 0U);
        (void)hear(*driver, request, reply(0, hex("0014a0")), update);
        QCOMPARE(driver->counters().malformed, 1U);
        QCOMPARE(find(*driver, 0x42).retryAfterMs, 200);
        (void)hear(*driver, request, reply(0x42, hex("02"), 0x20, 2), update);
        QCOMPARE(driver->counters().foreignFrames, 1U);
        QCOMPARE(find(*driver, 0x42).retryAfterMs, 300); // gives way to the other master
        (void)driver->receive(bytesOf(reply(0, hex("14a0"))), nullptr, update);
        QCOMPARE(driver->counters().foreignFrames, 2U);
    }

    void readsBesideAnotherMastersTalkToOtherPacks()
    {
        const std::unique_ptr<Device> driver = make();
        Update update;
        const QByteArray talk = reply(0x42, hex("02"), 0x20, 2) + reply(0, hex("1111"), 0x20, 2);
        QVERIFY(hear(*driver, find(*driver, 0x42), talk + reply(0, hex("14a0")), update).state ==
                ReplyState::Complete);
        QCOMPARE(*update.values.voltage, 52.8);
    }

    void simulatedStationAnswersAsTheStandardSays()
    {
        Board board(1);
        const auto said = [&](const QByteArray &request) {
            std::vector<SimulatedReply> replies;
            board.receive(bytesOf(request), replies);
            return replies.empty() ? QByteArray() : replies.front().bytes;
        };
        QByteArray request = makeFrame({'~', 0x20, 0x46}, 1, 0x42, hex("01"));
        QCOMPARE(said(request), reply(0, hex("14a0")));
        QCOMPARE(said(makeFrame({'~', 0x20, 0x46}, 2, 0x42, hex("01"))), QByteArray());
        QCOMPARE(said(makeFrame({'~', 0x25, 0x46}, 1, 0x42, hex("01"))), reply(1, {}));
        QCOMPARE(said(makeFrame({'~', 0x20, 0x47}, 1, 0x42, hex("01"))), reply(0xE1, {}, 0x20, 1, 0x47));
        QCOMPARE(said(makeFrame({'~', 0x20, 0x46}, 1, 0x99)), reply(4, {}));
        request[request.size() - 2] = 'X';
        QCOMPARE(said(request), reply(2, {}));
        board.refuses = {{0x42, 0x91}};
        QCOMPARE(said(makeFrame({'~', 0x20, 0x46}, 1, 0x42, hex("01"))), reply(0x91, {}));
        board.isSilent = true;
        QCOMPARE(said(makeFrame({'~', 0x20, 0x46}, 1, 0x42, hex("01"))), QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestYdt1363)
#include "tst_ydt1363.moc"
