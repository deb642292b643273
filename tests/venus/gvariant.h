// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMap>
#include <QStringList>
#include <QVariant>

namespace sbtest {

/// A value as gdbus prints it, with the D-Bus type it had on the wire.
struct GVariant
{
    QString type; ///< signature of a basic type or of an empty container; "v", "()", "[]", "{}" otherwise
    QVariant scalar;
    QList<GVariant> children;        ///< of a tuple, an array; the one of a variant
    QMap<QString, GVariant> entries; ///< of a dictionary

    [[nodiscard]] bool isInvalidItem() const { return type == QLatin1String("ai"); }
    [[nodiscard]] GVariant inner() const
    {
        return type == QLatin1String("v") ? children.value(0).inner() : *this;
    }
    /// Member of a dictionary, looked for through variants.
    [[nodiscard]] GVariant operator[](const char *key) const
    {
        return inner().entries.value(QLatin1String(key)).inner();
    }
    bool operator==(const GVariant &) const = default;
};

/// Reads the text form; nothing where it is none.
class GVariantReader
{
public:
    [[nodiscard]] static std::optional<GVariant> read(const QString &text)
    {
        GVariantReader reader(text);
        GVariant value = reader.value();
        reader.blanks();
        if (!reader.m_ok || reader.m_at != text.size())
            return std::nullopt;
        return value;
    }

private:
    explicit GVariantReader(const QString &text)
        : m_text(text)
    {}

    void blanks()
    {
        while (m_at < m_text.size() && m_text.at(m_at).isSpace())
            ++m_at;
    }
    [[nodiscard]] QChar peek()
    {
        blanks();
        return m_at < m_text.size() ? m_text.at(m_at) : QChar();
    }
    bool take(char c)
    {
        if (peek() != QLatin1Char(c))
            return false;
        ++m_at;
        return true;
    }
    void need(char c) { m_ok = take(c) && m_ok; }
    QString word(const char *more)
    {
        blanks();
        const qsizetype from = m_at;
        while (m_at < m_text.size() &&
               (m_text.at(m_at).isLetterOrNumber() || QLatin1String(more).contains(m_text.at(m_at))))
            ++m_at;
        return m_text.mid(from, m_at - from);
    }
    QString string()
    {
        const QChar quote = m_text.at(m_at++);
        QString result;
        while (m_at < m_text.size() && m_text.at(m_at) != quote) {
            if (m_text.at(m_at) == QLatin1Char('\\') && m_at + 1 < m_text.size()) {
                const QChar escaped = m_text.at(++m_at);
                if (escaped == QLatin1Char('u')) {
                    result += QChar(static_cast<char16_t>(m_text.mid(m_at + 1, 4).toUInt(nullptr, 16)));
                    m_at += 4;
                } else {
                    result += escaped == QLatin1Char('n') ? QLatin1Char('\n') : escaped;
                }
            } else {
                result += m_text.at(m_at);
            }
            ++m_at;
        }
        m_ok = m_ok && m_at < m_text.size();
        ++m_at;
        return result;
    }
    GVariant list(const char *type, char end)
    {
        GVariant result{QLatin1String(type), {}, {}, {}};
        while (m_ok && !take(end)) {
            result.children.append(value());
            if (!take(',')) {
                need(end);
                break;
            }
        }
        return result;
    }
    GVariant dictionary()
    {
        GVariant result{QStringLiteral("{}"), {}, {}, {}};
        while (m_ok && !take('}')) {
            const QString key = value().scalar.toString();
            need(':');
            result.entries.insert(key, value());
            if (!take(',')) {
                need('}');
                break;
            }
        }
        return result;
    }
    GVariant value()
    {
        if (!m_ok)
            return {};
        const QChar c = peek();
        if (take('<')) {
            GVariant result{QStringLiteral("v"), {}, {value()}, {}};
            need('>');
            return result;
        }
        if (take('('))
            return list("()", ')');
        if (take('['))
            return list("[]", ']');
        if (take('{'))
            return dictionary();
        if (take('@')) {
            const QString type = word("{}()");
            GVariant result = value();
            result.type = type;
            return result;
        }
        if (c == QLatin1Char('\'') || c == QLatin1Char('"'))
            return {QStringLiteral("s"), string(), {}, {}};
        const QString text = word("+-.");
        if (text == QLatin1String("true") || text == QLatin1String("false"))
            return {QStringLiteral("b"), text == QLatin1String("true"), {}, {}};
        static const QMap<QString, QString> types = {{QStringLiteral("byte"), QStringLiteral("y")},
                                                     {QStringLiteral("int16"), QStringLiteral("n")},
                                                     {QStringLiteral("uint16"), QStringLiteral("q")},
                                                     {QStringLiteral("int32"), QStringLiteral("i")},
                                                     {QStringLiteral("uint32"), QStringLiteral("u")},
                                                     {QStringLiteral("int64"), QStringLiteral("x")},
                                                     {QStringLiteral("uint64"), QStringLiteral("t")},
                                                     {QStringLiteral("double"), QStringLiteral("d")},
                                                     {QStringLiteral("objectpath"), QStringLiteral("o")}};
        if (types.contains(text)) {
            GVariant result = value();
            result.type = types.value(text);
            return result;
        }
        bool whole = false;
        const int number = text.toInt(&whole);
        if (whole)
            return {QStringLiteral("i"), number, {}, {}};
        bool real = false;
        const double decimal = text.toDouble(&real);
        m_ok = m_ok && (real || text == QLatin1String("nan") || text == QLatin1String("inf"));
        return {QStringLiteral("d"), decimal, {}, {}};
    }

    const QString &m_text;
    qsizetype m_at = 0;
    bool m_ok = true;
};

} // namespace sbtest
