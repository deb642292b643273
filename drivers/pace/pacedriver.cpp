// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pace/pacedriver.h"

#include "bms/cells.h"
#include "bms/stepdialogue.h"
#include "drivers/pace/paceprotocol.h"
#include "drivers/pace/pacesettings.h"

#include <QCoreApplication>

namespace sb::pace {
namespace {

using namespace ydt1363;

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Pace)
};

constexpr int lastAddress = 15;
constexpr int rackPollMs = 2000;
constexpr double sumTolerance = 0.03;

/// The document and a published session contradict each other about these; the session is believed.
constexpr char fetOff = 0;
constexpr char fetOn = 1;
constexpr int effectPauseMs = 300;
constexpr int effectReads = 3;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("pace");
    info.names = {QStringLiteral("PACE"),       QStringLiteral("P16S100A"), QStringLiteral("SOK"),
                  QStringLiteral("Greenrich"),  QStringLiteral("Jakiper"),  QStringLiteral("EASUN"),
                  QStringLiteral("Hubble AM-2")};
    info.bmsTypes = {QStringLiteral("Pace")};
    info.typeName = QStringLiteral("PACE RS232");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {9600, 115200};
    info.serial.gapMs = 30;
    info.addresses = {0, 1};
    for (int address = 2; address <= lastAddress; ++address)
        info.packAddresses.push_back(address);
    info.pollIntervalMs = rackPollMs;
    info.detectionRank = 11;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Readings, alarms, version, serial number and both FET commands: captures of a P16S100A "
                    "and the vendor's example.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The alarm bits, the settings, packs of class 4F, packs behind a master, the order of "
                    "the balancing bytes (option balanceByteOrder).");
    info.reads = {Field::productName,
                  Field::uniqueId,
                  Field::serialNumber,
                  Field::hardwareVersion,
                  Field::firmwareVersion,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::soh,
                  Field::capacityAh,
                  Field::remainingAh,
                  Field::cycles,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::cellBalancing,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::mosfetTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::balancing,
                  Field::problemCode,
                  Field::alarms,
                  Field::notices};
    info.writes = {Control::Charge, Control::Discharge};
    info.hasParameters = true;
    return info;
}

/// Switches a FET and looks what became of it: firmware was seen to refuse what it then did, and the sense of
/// the command is disputed.
class FetDialogue final : public StepDialogue
{
public:
    FetDialogue(bool charge, bool on, Request command, Request status)
        : m_shown(charge ? &BatteryState::chargeAllowed : &BatteryState::dischargeAllowed)
        , m_other(charge ? &BatteryState::dischargeAllowed : &BatteryState::chargeAllowed)
        , m_name(charge ? Words::tr("charge FET") : Words::tr("discharge FET"))
        , m_on(on)
        , m_command(std::move(command))
        , m_status(std::move(status))
    {}

private:
    [[nodiscard]] QString refusalText(int code) const override { return returnText(code); }

    void begin() override
    {
        ask(m_status, 0, [this](const StepResult &end) {
            if (end.end != StepResult::End::Complete) {
                failBy(end, Words::tr("the %1 was not switched").arg(m_name));
                return;
            }
            const BatteryState &now = end.update->values;
            if (!m_on && now.*m_other == false)
                fail(Words::tr("the %1 was not switched: this BMS does not allow both FETs to be off")
                         .arg(m_name));
            else
                send();
        });
    }

    void send()
    {
        ask(m_command, 0, [this](const StepResult &end) {
            m_answer = {end.end, end.code, nullptr};
            readEffect();
        });
    }

    void readEffect()
    {
        ask(m_status, effectPauseMs, [this](const StepResult &end) {
            ++m_reads;
            if (end.end != StepResult::End::Complete)
                failBy(end, Words::tr("sent, but the BMS can't be asked for the effect"));
            else if (end.update->values.*m_shown == m_on)
                succeed();
            else if (m_reads < effectReads)
                readEffect();
            else if (m_answer.end != StepResult::End::Complete)
                failBy(m_answer, Words::tr("the %1 was not switched").arg(m_name));
            else
                fail((m_on ? Words::tr("the BMS confirmed, but the %1 is still off")
                           : Words::tr("the BMS confirmed, but the %1 is still on"))
                         .arg(m_name));
        });
    }

    Flag BatteryState::*m_shown;
    Flag BatteryState::*m_other;
    QString m_name;
    bool m_on;
    Request m_command;
    Request m_status;
    StepResult m_answer;
    int m_reads = 0;
};

} // namespace

PaceDriver::PaceDriver(const DriverConfig &config)
    : AsciiDriver(config, dialect(), commands())
    , m_swapBalancing(config.options.value(QStringLiteral("balanceByteOrder")) == QLatin1String("swapped"))
{}

const DriverInfo &PaceDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

std::optional<quint8> PaceDriver::masterOf(quint8 address) const { return address == 0 ? 0 : usualMaster; }

quint8 PaceDriver::usualDevice() const { return formOf(commands().front()).device; }

bool PaceDriver::decode(const Command &command, const Frame &reply, Update &to)
{
    // Seplos boards answer in the same shape, with other units.
    if (reply.version != versionOfProtocol)
        return false;
    switch (command.code) {
    case Analog:
    case Status:
        return decodePack(command.code, reply.info, to.values);
    case Version:
    case Serial:
        return decodeTexts(command.code, reply.info, to.values);
    case Capacity: {
        Reader reader(reply.info);
        return decodeCapacity(reader, to.values);
    }
    case ChargeFet:
    case DischargeFet:
        return reply.info.size() <= 1; // the control state
    default:
        return blockWrittenBy(command.code) || decodeSettings(command.code, reply.info, to);
    }
}

bool PaceDriver::decodePack(quint8 code, Bytes info, BatteryState &to) const
{
    const Info asked = askedForm().info;
    Reader head(info);
    (void)head.u8(); // whether something changed
    const int number = head.u8();
    if (!head.isGood())
        return false;
    if (asked != Info::All) {
        const int wanted = asked == Info::One ? 1 : address();
        // Nobody is pack 0: some count from one all the same.
        if (number != wanted && !(wanted == 0 && number == 1))
            return false;
    }
    const int packs = asked == Info::All ? number : 1;
    const int ours = asked == Info::All && address() > 0 ? address() - 1 : 0;
    // Some firmware adds a byte to each status: the whole reply tells.
    for (const qint64 extra : {0, 1}) {
        Reader reader(info.subspan(2));
        BatteryState read;
        bool good = ours < packs;
        for (int pack = 0; good && pack < packs; ++pack) {
            BatteryState each;
            good = code == Analog ? decodeAnalog(reader, each)
                                  : decodeStatus(reader, extra, m_swapBalancing, each);
            if (pack == ours)
                read = std::move(each);
        }
        if (!good || !reader.isAtEnd())
            continue;
        visitFields(
            [](Field, auto &target, auto &value) {
                if (isKnown(value))
                    target = std::move(value);
            },
            to, read);
        return true;
    }
    return false;
}

bool PaceDriver::decodeTexts(quint8 code, Bytes info, BatteryState &to) const
{
    if (!isText(info))
        return false;
    const Text text = decodeFilledText(info);
    if (code == Version) {
        to.hardwareVersion = to.productName = text;
        if (text) {
            // The last part of "P16S100A-1812-1.00".
            const QString last = text->section(QLatin1Char('-'), -1, -1, QString::SectionSkipEmpty).trimmed();
            to.firmwareVersion = last.isEmpty() ? *text : last;
            if (!to.uniqueId)
                to.uniqueId = QStringLiteral("%1_%2").arg(*text).arg(address());
        }
        return true;
    }
    to.serialNumber = text;
    if (text)
        to.uniqueId = text;
    return true;
}

bool PaceDriver::decodeSettings(quint8 code, Bytes info, Update &to)
{
    const SettingsBlock *block = blockReadBy(code);
    if (!block || info.size() < block->lead + block->size ||
        (info.size() > block->lead + block->size && !block->open))
        return false;
    const Bytes values = info.subspan(block->lead, block->size);
    m_held[code] = viewOf(values).toByteArray();
    const modbus::Registers registers(settingNumber(code, 0), values, 1);
    modbus::decodeSettings(settingRows(), registers, to.parameters);
    return true;
}

Recognition PaceDriver::recognise(const BatteryState &read) const
{
    return version() == versionOfProtocol && cellsMakeUp(read, sumTolerance) ? Recognition::Yes
                                                                             : Recognition::No;
}

std::unique_ptr<Procedure> PaceDriver::control(Control control, double value, const BatteryState &)
{
    if (control != Control::Charge && control != Control::Discharge)
        return nullptr;
    const bool charge = control == Control::Charge;
    const bool on = value != 0;
    return std::make_unique<FetDialogue>(
        charge, on, request(charge ? ChargeFet : DischargeFet, 0, QByteArray(1, on ? fetOn : fetOff)),
        request(Status));
}

const std::vector<ParameterInfo> &PaceDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(settingRows());
    return infos;
}

modbus::SettingAccess PaceDriver::settings() const
{
    modbus::SettingAccess access;
    access.rows = settingRows();
    access.read = [this](const modbus::SettingRow &row) {
        return request(static_cast<quint8>(row.reg >> 8));
    };
    access.write = [this](const modbus::SettingRow &row, const QByteArray &raw) {
        const auto code = static_cast<quint8>(row.reg >> 8);
        return request(blockReadBy(code)->writeCode, 0, changedValues(m_held.at(code), row, raw));
    };
    access.refusalText = returnText;
    access.readFirst = true;
    return access;
}

std::unique_ptr<Procedure> PaceDriver::readParameters(const QStringList &ids)
{
    return modbus::readSettings(settings(), ids);
}

std::unique_ptr<Procedure> PaceDriver::writeParameters(const std::vector<ParameterValue> &values)
{
    return modbus::writeSettings(settings(), values);
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<PaceDriver>(config);
            }};
}

} // namespace sb::pace
