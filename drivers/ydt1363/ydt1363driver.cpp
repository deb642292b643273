// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ydt1363/ydt1363driver.h"

#include <algorithm>

namespace sb::ydt1363 {
namespace {

constexpr int leastTries = 3;
constexpr int lateMs = 200;        ///< a reply that missed its time-out comes until then
constexpr int otherMasterMs = 300; ///< until another master has its answer
constexpr quint8 allPacks = 0xFF;
constexpr qsizetype versionAt = 1;
constexpr qsizetype versionSize = 2;
constexpr qsizetype addressAt = 3; ///< in a request, and behind it the device
constexpr qsizetype addressSize = 4;

/// A frame is an answer where the device and the address are those that were asked.
bool answers(const Frame &reply, const Request &asked)
{
    const QByteArray to = asked.bytes.mid(addressAt, addressSize);
    return QByteArray::fromHex(to) ==
           QByteArray{}.append(static_cast<char>(reply.address)).append(static_cast<char>(reply.device));
}

} // namespace

AsciiDriver::AsciiDriver(const DriverConfig &config, const Dialect &dialect,
                         std::span<const Command> commands)
    : Driver(config)
    , m_dialect(dialect)
    , m_commands(commands)
    , m_address(static_cast<quint8>(config.address.value_or(dialect.usualAddress)))
    , m_memory(commands.size())
    , m_stream(dialect.replyStarts)
{}

size_t AsciiDriver::lineOf(int id) const
{
    const auto same = [id](const Command &command) { return idOf(command.code, command.part) == id; };
    return static_cast<size_t>(std::find_if(m_commands.begin(), m_commands.end(), same) - m_commands.begin());
}

const Form &AsciiDriver::formOf(const Command &command) const
{
    const size_t line = lineOf(idOf(command.code, command.part));
    return command.forms[line < m_memory.size() ? m_memory[line].form : 0];
}

QByteArray AsciiDriver::infoOf(const Command &command, const Form &form) const
{
    const QByteArray fixed = viewOf(Bytes(command.fixed)).toByteArray();
    switch (form.info) {
    case Info::None:
        break;
    case Info::Own:
        return QByteArray(1, static_cast<char>(m_address));
    case Info::One:
        return QByteArray(1, '\1');
    case Info::All:
        return QByteArray(1, static_cast<char>(allPacks));
    case Info::Fixed:
        return fixed;
    case Info::OwnThenFixed:
        return static_cast<char>(m_address) + fixed;
    }
    return {};
}

/// Nothing where the form can't be said.
std::optional<QByteArray> AsciiDriver::framed(const Command &command, const Form &form, quint8 version) const
{
    const std::optional<quint8> to = form.viaMaster ? masterOf(m_address) : m_address;
    if (!to)
        return std::nullopt;
    Header header = m_dialect.header;
    header.version = version;
    header.device = form.device != 0 ? form.device : usualDevice();
    return makeFrame(header, *to, form.code != 0 ? form.code : command.code, infoOf(command, form));
}

quint8 AsciiDriver::versionIn(const Form &form) const
{
    return m_version.value_or(form.version != 0 ? form.version : m_dialect.header.version);
}

Request AsciiDriver::requestOf(size_t line, bool otherForms) const
{
    const Command &command = m_commands[line];
    Request request;
    request.id = idOf(command.code, command.part);
    request.timeoutMs = command.timeoutMs > 0 ? command.timeoutMs : m_dialect.timeoutMs;
    request.everyMs = command.everyMs;
    request.optional = command.optional;
    request.retryAfterMs = m_otherMaster ? otherMasterMs : lateMs;
    // The form that works, or did last, first.
    std::vector<QByteArray> forms;
    const size_t count = otherForms ? command.forms.size() : 1;
    for (size_t i = 0; i < count; ++i) {
        const Form &form = command.forms[(m_memory[line].form + i) % command.forms.size()];
        const std::optional<QByteArray> bytes = framed(command, form, versionIn(form));
        if (bytes && std::find(forms.begin(), forms.end(), *bytes) == forms.end())
            forms.push_back(*bytes);
    }
    request.tries = std::max(leastTries, static_cast<int>(forms.size()));
    if (!forms.empty()) {
        request.bytes = forms.front();
        request.otherForms.assign(forms.begin() + 1, forms.end());
    }
    return request;
}

Request AsciiDriver::request(quint8 code, quint8 part, const std::optional<QByteArray> &info) const
{
    const size_t line = lineOf(idOf(code, part));
    Q_ASSERT(line < m_commands.size());
    Request request = requestOf(line, false);
    if (info) {
        Header header = m_dialect.header;
        header.version = m_version.value_or(header.version);
        const Form &form = m_commands[line].forms[m_memory[line].form];
        header.device = form.device != 0 ? form.device : usualDevice();
        request.bytes = makeFrame(header, m_address, code, *info);
    }
    return request;
}

void AsciiDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify) {
        for (Memory &memory : m_memory)
            memory.unknown = false; // it may be another device by now
    }
    for (size_t line = 0; line < m_commands.size(); ++line) {
        const Command &command = m_commands[line];
        const Memory &memory = m_memory[line];
        if (memory.unknown)
            continue;
        if (command.asked == Asked::OnDemand || !wants(command) ||
            command.asked == (phase == Phase::Identify ? Asked::InPoll : Asked::AtStart))
            continue;
        Request request = requestOf(line, phase == Phase::Identify || !memory.works);
        if (!request.bytes.isEmpty())
            to.push_back(std::move(request));
    }
}

void AsciiDriver::begin(const Request &)
{
    m_stream.clear();
    m_disturbed = false;
}

Reply AsciiDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_stream.feed(bytes);
    return take(pending, update);
}

Reply AsciiDriver::lineSilent(const Request *pending, Update &update)
{
    const Reply reply = take(pending, update);
    m_stream.lineSilent();
    return reply;
}

Reply AsciiDriver::take(const Request *pending, Update &update)
{
    while (const Frame *frame = m_stream.next()) {
        if (pending && frame->text == pending->bytes) {
            ++m_counters.echoes;
            continue;
        }
        const size_t line = pending ? lineOf(pending->id) : m_commands.size();
        const bool ours = line < m_commands.size() && answers(*frame, *pending);
        if (isCommand(frame->code)) {
            m_otherMaster = true;
            m_disturbed = m_disturbed || ours;
        } else if (ours && !m_disturbed) {
            if (frame->code != Normal)
                return refused(line, *pending, frame->code);
            const std::optional<quint8> form = formIn(line, *pending);
            m_asked = form ? m_commands[line].forms[*form] : Form();
            if (decode(m_commands[line], *frame, update)) {
                learn(line, form, *frame);
                return {ReplyState::Complete, 0};
            }
            ++m_counters.malformed; // perhaps a late reply to something else
            continue;
        }
        ++m_counters.foreignFrames;
    }
    return {};
}

Reply AsciiDriver::refused(size_t line, const Request &pending, quint8 code)
{
    if (code == WrongChecksum || code == WrongLengthChecksum)
        return {ReplyState::Repeat, code};
    const auto &others = m_dialect.otherFormAfter;
    if (!pending.otherForms.empty() && std::find(others.begin(), others.end(), code) != others.end())
        return {ReplyState::Repeat, code};
    if (code == WrongVersion)
        m_version.reset();
    // What a reading can't do without is asked again: left out, each reading would be good and empty.
    if (code == UnknownCommand && m_commands[line].optional)
        m_memory[line].unknown = true;
    return {ReplyState::Refused, code};
}

/// Which of the command's forms \a pending is; nothing where a dialogue filled in its own.
std::optional<quint8> AsciiDriver::formIn(size_t line, const Request &pending) const
{
    // The version may have been learned since it was made.
    const auto version = static_cast<quint8>(pending.bytes.mid(versionAt, versionSize).toUInt(nullptr, 16));
    const auto &forms = m_commands[line].forms;
    for (size_t i = 0; i < forms.size(); ++i) {
        if (framed(m_commands[line], forms[i], version) == pending.bytes)
            return static_cast<quint8>(i);
    }
    return std::nullopt;
}

void AsciiDriver::learn(size_t line, std::optional<quint8> form, const Frame &reply)
{
    for (size_t i = 0; form && i < m_commands.size(); ++i) {
        if (m_commands[i].forms.data() == m_commands[line].forms.data()) {
            m_memory[i].form = *form;
            m_memory[i].works = true;
        }
    }
    m_memory[line].unknown = false;
    if (!m_dialect.repliesInAnother)
        m_version = reply.version;
}

LinkCounters AsciiDriver::counters() const
{
    LinkCounters counters = m_counters;
    counters.frames = m_stream.counters().frames;
    counters.badChecksums = m_stream.counters().badChecksums;
    counters.noiseBytes = m_stream.counters().noiseBytes;
    return counters;
}

} // namespace sb::ydt1363
