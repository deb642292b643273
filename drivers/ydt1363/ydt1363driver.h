// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"
#include "drivers/ydt1363/ydt1363frame.h"

namespace sb::ydt1363 {

/// What a family's frames have in common, and what is usual in it.
struct Dialect
{
    Header header; ///< of requests
    std::string_view replyStarts = "~";
    quint8 usualAddress = 1;
    int timeoutMs = 500;
    /// Answers that say: ask in the other form.
    std::span<const quint8> otherFormAfter;
    bool repliesInAnother = false; ///< version, which requests must not take over
};
/// What \a otherFormAfter is unless a family says otherwise.
inline constexpr std::array<quint8, 3> wrongForm{WrongVersion, WrongFormat, WrongData};

/// What stands in a request. The documents disagree, so a read may have several forms.
enum class Info : quint8 {
    None,
    Own,   ///< the address
    One,   ///< always 01
    All,   ///< FF
    Fixed, ///< what the read says
    OwnThenFixed,
};

struct Form
{
    Info info = Info::None;
    quint8 version = 0;     ///< 0: the one that was learned, or the family's
    quint8 device = 0;      ///< 0: usualDevice()
    bool viaMaster = false; ///< goes to masterOf() the address
    quint8 code = 0;        ///< 0: the command's; another one that asks for much the same
    bool operator==(const Form &) const = default;
};

/// When a command is sent.
enum class Asked : quint8 { AtStart, InPoll, Always, OnDemand };

/// One line of the list of commands. \a forms that several lines share are tried and remembered together.
struct Command
{
    quint8 code;
    std::span<const Form> forms;
    Asked asked = Asked::Always;
    bool optional = false;
    int everyMs = 0;
    int timeoutMs = 0; ///< 0: the family's
    std::span<const quint8> fixed{};
    quint8 part = 0; ///< tells commands with the same code apart
};
inline constexpr std::array<Form, 1> noInfo{{{}}};
inline constexpr std::array<Form, 1> ownAddress{{{Info::Own}}};
/// Its own address, and where that is not understood, 01; and the other way round.
inline constexpr std::array<Form, 2> ownThenOne{{{Info::Own}, {Info::One}}};
inline constexpr std::array<Form, 2> oneThenOwn{{{Info::One}, {Info::Own}}};

/// The id of a command's requests.
[[nodiscard]] constexpr int idOf(quint8 code, quint8 part = 0) { return part << 8 | code; }

/// What all families of YD/T 1363 share: requests by table, the form and version that the device understands,
/// the search for the reply, return codes, other masters on the line, counters. A family says what the bytes
/// mean. As a reply doesn't name its command, decode() has to be strict about its shape.
class AsciiDriver : public Driver
{
public:
    /// \a dialect and \a commands must outlive the driver.
    AsciiDriver(const DriverConfig &config, const Dialect &dialect, std::span<const Command> commands);

    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] int missingBytes() const override { return m_stream.missing(); }
    [[nodiscard]] LinkCounters counters() const override;

protected:
    /// What the reply to \a command says. False, and \a to untouched, where it is impossible.
    [[nodiscard]] virtual bool decode(const Command &command, const Frame &reply, Update &to) = 0;
    /// False leaves it out of the phases for now.
    [[nodiscard]] virtual bool wants(const Command &) const { return true; }
    /// The address of the pack that speaks for \a address. None: the forms that go there are left out.
    [[nodiscard]] virtual std::optional<quint8> masterOf(quint8) const { return std::nullopt; }

    /// The class of device in forms that name none; a family may learn it.
    [[nodiscard]] virtual quint8 usualDevice() const { return m_dialect.header.device; }

    [[nodiscard]] quint8 address() const { return m_address; }
    /// The version in the replies; nothing before the first one.
    [[nodiscard]] std::optional<quint8> version() const { return m_version; }
    /// The form in which the command was understood; the first where it wasn't yet.
    [[nodiscard]] const Form &formOf(const Command &command) const;
    /// While decode() runs: the form in which it was asked.
    [[nodiscard]] const Form &askedForm() const { return m_asked; }

    /// For dialogues: a command of the list, in the form that works. \a info replaces what it says.
    [[nodiscard]] Request request(quint8 code, quint8 part = 0,
                                  const std::optional<QByteArray> &info = std::nullopt) const;

private:
    struct Memory
    {
        quint8 form = 0;
        bool works = false; ///< the form
        bool unknown = false;
    };
    [[nodiscard]] size_t lineOf(int id) const;
    [[nodiscard]] std::optional<QByteArray> framed(const Command &command, const Form &form,
                                                   quint8 version) const;
    [[nodiscard]] quint8 versionIn(const Form &form) const;
    [[nodiscard]] Request requestOf(size_t line, bool otherForms) const;
    [[nodiscard]] QByteArray infoOf(const Command &command, const Form &form) const;
    Reply take(const Request *pending, Update &update);
    Reply refused(size_t line, const Request &pending, quint8 code);
    [[nodiscard]] std::optional<quint8> formIn(size_t line, const Request &pending) const;
    void learn(size_t line, std::optional<quint8> form, const Frame &reply);

    const Dialect &m_dialect;
    std::span<const Command> m_commands;
    quint8 m_address;
    std::optional<quint8> m_version;
    std::vector<Memory> m_memory; ///< by line
    Form m_asked;
    FrameStream m_stream;
    LinkCounters m_counters;
    bool m_otherMaster = false; ///< was heard
    bool m_disturbed = false;   ///< somebody else asked our pack after us: a reply may be to that
};

} // namespace sb::ydt1363
