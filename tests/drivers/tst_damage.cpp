// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/alldrivers.h"
#include "drivers/allsimulators.h"
#include "session/detector.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"
#include "tests/drivers/binary/seal.h"

using namespace sb;
using namespace sb::talk;

namespace {

enum class Damage : quint8 { Flipped, Truncated, WrongLength, ExtraByte, Foreign, Echo, Neighbour };
constexpr std::array damages = {
    std::pair{Damage::Flipped, "changed bytes"},    std::pair{Damage::Truncated, "cut short"},
    std::pair{Damage::WrongLength, "wrong length"}, std::pair{Damage::ExtraByte, "an extra byte"},
    std::pair{Damage::Foreign, "other families"},   std::pair{Damage::Echo, "echoes"},
    std::pair{Damage::Neighbour, "a neighbour"}};

/// What can't be demanded of a family, and why.
struct Exemption
{
    const char *family;
    Damage damage;
    const char *reason;
};
constexpr std::array exemptions{
    Exemption{
        "eg4_lifepower", Damage::Flipped,
        "its checksum is one byte, the XOR of all bytes by their sum: nearly half of all single changes "
        "pass it, and only structure and plausibility stand behind it"},
};

/// A reply of \a of is as good as one of \a family.
struct Relatives
{
    const char *family;
    const char *of;
    const char *reason;
};
constexpr std::array relatives{
    Relatives{"ks48100", "daren_485",
              "the same dialect: the replies to B0 differ in their first byte alone, and nobody knows with "
              "which one these boards begin"},
};

/// Families whose replies have bytes that belong to nothing that is needed. Damaged there, a reply may give
/// what the whole one gives; of all others it gives nothing.
struct LooseParts
{
    const char *family;
    const char *reason;
};
constexpr auto asciiReason =
    "digits of either case mean the same, and a byte that can't stand in a frame is passed "
    "over: what is left has to pass both checksums";
constexpr std::array looseParts{
    LooseParts{"daly",
               "a reply is a row of frames, each with its own checksum: stray bytes between them do no "
               "harm, and boards send more frames than their cells and sensors need"},
    LooseParts{"jk_pb", "a byte without meaning stands between the values and the confirmation"},
    LooseParts{
        "ant",
        "what stands behind the checksum of a reply to function 02 is no value, and not the same on all "
        "boards"},
    LooseParts{"daren_485", asciiReason},
    LooseParts{"ks48100", asciiReason},
    LooseParts{"pace", asciiReason},
    LooseParts{"pylontech", asciiReason},
    LooseParts{"seplos", asciiReason},
};

/// Families whose replies have no checksum. Damaged, a reply may give some of what the whole one gives, and
/// nothing else.
struct Unchecked
{
    const char *family;
    const char *reason;
};
constexpr std::array unchecked{
    Unchecked{"hlpdatabms4s",
              "text without a checksum: a value counts when two replies in a row agree in it"},
};

bool isPartOf(BatteryState &some, BatteryState &all)
{
    bool part = true;
    visitFields([&part](Field, const auto &one,
                        const auto &other) { part = part && (!isKnown(one) || one == other); },
                some, all);
    return part;
}

/// One question, and what the simulated board says to it.
struct Answered
{
    Request request;
    QByteArray reply;
};

/// Positions whose byte grows with the size of the reply: the length field, in its low byte.
QList<qsizetype> lengthFields(const QByteArrayList &replies)
{
    QList<qsizetype> positions;
    for (qsizetype at = 0; at < 12; ++at) {
        QSet<qsizetype> differences;
        QSet<qsizetype> sizes;
        for (const QByteArray &reply : replies) {
            if (reply.size() <= at)
                continue;
            differences.insert((reply.size() - static_cast<quint8>(reply.at(at))) & 0xFF);
            sizes.insert(reply.size());
        }
        if (differences.size() == 1 && sizes.size() > 1)
            positions.append(at);
    }
    return positions;
}

/// A checksum of 8 bits can't tell every byte too much: true where a frame that was not sent fits its
/// checksum all the same.
bool fitsByChance(const Seal &seal, const QByteArrayList &replies, const QByteArray &good,
                  const QByteArray &bytes)
{
    if (checksumSize(seal.kind) > 1)
        return false;
    for (const QByteArray &reply : replies) {
        for (qsizetype at = 0; at + reply.size() <= bytes.size(); ++at) {
            const QByteArray frame = bytes.mid(at, reply.size());
            if (frame.front() == good.front() && seal.fits(frame) && !good.contains(frame))
                return true;
        }
    }
    return false;
}

/// Frames of one form, such as replies of Modbus devices to reads of one size: nothing in them tells whose
/// they are and to what they answer. Whether the content is that of a battery, recognise() judges; the
/// detection matrix holds it to that.
bool haveOneForm(const QByteArray &a, const QByteArray &b)
{
    return a.size() == b.size() &&
           a.first(std::min<qsizetype>(3, a.size())) == b.first(std::min<qsizetype>(3, b.size()));
}

} // namespace

/// Every reply of every family's simulated board, damaged in every way: no value comes out of it, and the
/// driver takes the right reply afterwards. Follows the list of families by itself.
class TestDamage : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void damagedRepliesGiveNothing_data();
    void damagedRepliesGiveNothing();

private:
    struct Talk
    {
        std::unique_ptr<Pack> pack;
        std::unique_ptr<SimulatedDevice> board;
        std::unique_ptr<Driver> driver;
    };
    [[nodiscard]] Talk begin(const DriverDescriptor &driver, std::optional<int> address) const;
    /// Each question of an Identify and a Poll round that the board answers; \a each is called before the
    /// driver hears the answer.
    static void forEachExchange(const Talk &talk, const std::function<void(const Answered &)> &each);
    [[nodiscard]] QByteArrayList repliesOf(const DriverDescriptor &driver, std::optional<int> address) const;
    [[nodiscard]] QByteArrayList damaged(Damage damage, const QString &family,
                                         const Answered &exchange) const;

    DriverRegistry m_drivers;
    std::vector<SimulatorDescriptor> m_simulators;
    QMap<QString, QByteArrayList> m_replies; ///< by family
    QMap<QString, QByteArrayList> m_neighbours;
    QMap<QString, std::optional<Seal>> m_seals;
};

void TestDamage::initTestCase()
{
    addAllDrivers(m_drivers);
    m_simulators = allSimulators();
    for (const DriverDescriptor &driver : m_drivers.all()) {
        if (!driver.info.speaks(TransportKind::Serial))
            continue; // tst_bluetoothfamilies
        const std::vector<int> addresses = lineAddresses(driver.info);
        std::optional<int> own;
        if (!addresses.empty())
            own = addresses.front();
        const QByteArrayList replies = repliesOf(driver, own);
        QVERIFY2(!replies.isEmpty(), qPrintable(driver.info.id));
        m_replies[driver.info.id] = replies;
        m_seals[driver.info.id] = sealOf(replies);
        if (own)
            m_neighbours[driver.info.id] =
                repliesOf(driver, addresses.size() > 1 ? addresses[1] : addresses.front() + 1);
    }
}

TestDamage::Talk TestDamage::begin(const DriverDescriptor &driver, std::optional<int> address) const
{
    const auto simulator =
        std::find_if(m_simulators.begin(), m_simulators.end(),
                     [&](const SimulatorDescriptor &each) { return each.driverId == driver.info.id; });
    PackConfig config;
    config.cells = simulator->typicalCells;
    Talk talk;
    talk.pack = std::make_unique<Pack>(config, Profile::constant(-5));
    talk.pack->advance(5);
    talk.board = simulator->create(*talk.pack, address.value_or(-1));
    talk.driver = driver.create({TransportKind::Serial, address, {}});
    return talk;
}

void TestDamage::forEachExchange(const Talk &talk, const std::function<void(const Answered &)> &each)
{
    QSet<QByteArray> asked;
    for (const Phase phase : {Phase::Identify, Phase::Poll, Phase::Poll}) {
        std::vector<Request> requests;
        talk.driver->requests(phase, requests);
        for (const Request &request : requests) {
            const QByteArray reply = answerOf(*talk.board, request);
            if (reply.isEmpty())
                continue;
            if (!asked.contains(request.bytes))
                each({request, reply});
            asked.insert(request.bytes);
            Update update;
            (void)hear(*talk.driver, request, reply, update);
        }
    }
}

QByteArrayList TestDamage::repliesOf(const DriverDescriptor &driver, std::optional<int> address) const
{
    QByteArrayList replies;
    const Talk talk = begin(driver, address);
    forEachExchange(talk, [&](const Answered &exchange) {
        Update update;
        if (hear(*talk.driver, exchange.request, exchange.reply, update).state == ReplyState::Complete)
            replies.append(exchange.reply);
    });
    return replies;
}

QByteArrayList TestDamage::damaged(Damage damage, const QString &family, const Answered &exchange) const
{
    const QByteArray &good = exchange.reply;
    QByteArrayList all;
    switch (damage) {
    case Damage::Flipped:
        for (qsizetype at = 0; at < good.size(); ++at) {
            for (const int mask : {1 << (at % 8), 0xFF}) {
                QByteArray changed = good;
                changed[at] = static_cast<char>(changed[at] ^ mask);
                all.append(changed);
            }
        }
        break;
    case Damage::Truncated:
        for (qsizetype size = 0; size < good.size(); ++size)
            all.append(good.first(size));
        break;
    case Damage::WrongLength: {
        const std::optional<Seal> seal = m_seals.value(family);
        const auto closed = [&](const QByteArray &frame) { return seal ? seal->close(frame) : frame; };
        const bool sealed = seal && seal->fits(good);
        const qsizetype end = sealed ? seal->at(good) : good.size() - 1;
        for (const qsizetype bytes : {1, 2, 4}) {
            if (end - bytes > 4)
                all.append(closed(QByteArray(good).remove(end - bytes, bytes)));
            all.append(closed(QByteArray(good).insert(end, QByteArray(bytes, '\0'))));
        }
        if (!sealed)
            break;
        for (const qsizetype at : lengthFields(m_replies.value(family))) {
            for (const int by : {-2, -1, 1, 2, 0x40}) {
                QByteArray changed = good;
                changed[at] = static_cast<char>(changed[at] + by);
                all.append(closed(changed));
            }
        }
        break;
    }
    case Damage::ExtraByte:
        for (qsizetype at = 1; at < good.size(); ++at) {
            for (const char byte : {'\0', '\xFF', good.at(at)})
                all.append(QByteArray(good).insert(at, byte));
        }
        break;
    case Damage::Foreign:
        for (auto it = m_replies.begin(); it != m_replies.end(); ++it) {
            const bool related = std::any_of(relatives.begin(), relatives.end(), [&](const Relatives &each) {
                return family == QLatin1String(each.family) && it.key() == QLatin1String(each.of);
            });
            if (it.key() == family || related)
                continue;
            for (const QByteArray &reply : it.value()) {
                if (!haveOneForm(reply, good))
                    all.append(reply);
            }
        }
        break;
    case Damage::Echo:
        all = {exchange.request.bytes, exchange.request.bytes.repeated(2)};
        break;
    case Damage::Neighbour:
        all = m_neighbours.value(family);
        break;
    }
    // Where the good one stands whole among noise it may be found.
    all.removeIf([&](const QByteArray &bytes) { return bytes.contains(good); });
    return all;
}

void TestDamage::damagedRepliesGiveNothing_data()
{
    QTest::addColumn<QString>("family");
    QTest::addColumn<Damage>("damage");
    for (const DriverDescriptor &driver : m_drivers.all()) {
        for (const auto &[damage, name] : damages) {
            if (!m_replies.contains(driver.info.id))
                continue;
            const bool exempted = std::any_of(
                exemptions.begin(), exemptions.end(), [&, damage = damage](const Exemption &each) {
                    return each.damage == damage && driver.info.id == QLatin1String(each.family);
                });
            // A protocol without addresses has no neighbours.
            if (!exempted && (damage != Damage::Neighbour || m_neighbours.contains(driver.info.id)))
                QTest::addRow("%s: %s", qPrintable(driver.info.id), name) << driver.info.id << damage;
        }
    }
}

void TestDamage::damagedRepliesGiveNothing()
{
    QFETCH(const QString, family);
    QFETCH(const Damage, damage);
    const DriverDescriptor &descriptor = *m_drivers.find(family);
    const std::vector<int> addresses = lineAddresses(descriptor.info);
    const Talk talk =
        begin(descriptor, addresses.empty() ? std::nullopt : std::optional<int>(addresses.front()));
    Driver &driver = *talk.driver;
    const bool hasLooseParts = std::any_of(looseParts.begin(), looseParts.end(), [&](const LooseParts &each) {
        return family == QLatin1String(each.family);
    });
    const bool isUnchecked = std::any_of(unchecked.begin(), unchecked.end(), [&](const Unchecked &each) {
        return family == QLatin1String(each.family);
    });
    const std::optional<Seal> seal = m_seals.value(family);
    int judged = 0;
    int chances = 0;
    forEachExchange(talk, [&](const Answered &exchange) {
        Update good;
        if (hear(driver, exchange.request, exchange.reply, good).state != ReplyState::Complete)
            return; // refused: nothing comes out of it anyway
        for (const QByteArray &bytes : damaged(damage, family, exchange)) {
            Update update;
            const Reply reply = hear(driver, exchange.request, bytes, update);
            const bool nothing = update.values == BatteryState() && update.parameters.empty() &&
                                 reply.state == ReplyState::Waiting;
            const bool theSame = reply.state == ReplyState::Complete && update.values == good.values &&
                                 update.parameters == good.parameters;
            ++judged;
            if (nothing || (theSame && hasLooseParts) ||
                (isUnchecked && update.parameters.empty() && isPartOf(update.values, good.values)))
                continue;
            if (seal && fitsByChance(*seal, m_replies.value(family), exchange.reply, bytes)) {
                ++chances;
                continue;
            }
            qsizetype at = 0;
            while (at < std::min(bytes.size(), exchange.reply.size()) &&
                   bytes.at(at) == exchange.reply.at(at))
                ++at;
            const QByteArray text = "asked " + exchange.request.bytes.toHex() + ": from byte " +
                                    QByteArray::number(at) + " on " + bytes.mid(at, 32).toHex() +
                                    " instead of " + exchange.reply.mid(at, 32).toHex();
            QTest::qFail(text.constData(), __FILE__, __LINE__);
            return;
        }
        // It takes the right one all the same, also behind its own echo.
        for (const QByteArray &before : {QByteArray(), exchange.request.bytes}) {
            Update again;
            QVERIFY(hear(driver, exchange.request, before + exchange.reply, again).state ==
                    ReplyState::Complete);
            QVERIFY(again.values == good.values);
        }
    });
    QVERIFY(judged > 0);
    QVERIFY2(chances * 200 <= judged, QByteArray::number(chances).constData());
}

QTEST_GUILESS_MAIN(TestDamage)
#include "tst_damage.moc"
