// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QList>
#include <QMap>
#include <QString>
#include <QVariant>
#include <functional>
#include <optional>
#include <vector>

namespace sb {

using ItemsMap = QMap<QString, QVariantMap>; ///< a{sa{sv}}
using TextsMap = QMap<QString, QString>;     ///< a{ss}

/// Registers the D-Bus types of this folder; harmless when called again.
void registerItemTypes();
/// The one form of "unknown" on this bus: an empty array of integers.
[[nodiscard]] const QVariant &invalidItem();
/// Texts of a BMS are not always what a bus accepts: control characters and lone surrogates go.
[[nodiscard]] QString busText(const QString &text);

/// Fixed type of an item.
enum class ItemType : quint8 { Integer, Double, Text };

/// How an item's text is made from its value.
struct ItemFormat
{
    enum class Kind : quint8 {
        Plain, ///< shortest text that reads back equal, "21.0"
        Fixed, ///< printf "%.Nf" and a unit behind it
        Hex,   ///< "0xBA77"
    };
    Kind kind = Kind::Plain;
    int decimals = 0;
    const char *unit = "";
};

/// Reply codes of SetValue.
enum ItemReply : int { ItemAccepted = 0, ItemReadOnly = 1, ItemRefused = 2 };

/// The items of one service: what is published, its texts, what changed since the last flush. Knows nothing
/// of a bus.
class ItemTree
{
public:
    using Reply = std::function<void(int code)>;
    /// Gets the converted value; answers by \a reply, now or later. It publishes the new value itself.
    using WriteHandler = std::function<void(const QVariant &value, const Reply &reply)>;

    /// \a roundTo: decimals of the published number. \return the item's number for set().
    int add(const QString &path, ItemType type, ItemFormat format = {}, int roundTo = 2);
    void setWriteHandler(int item, WriteHandler handler);

    // Publishing. Unknown, NaN and infinity are the invalid value. Unchanged values cost a comparison.
    void set(int item, std::optional<double> value);
    void setInteger(int item, std::optional<qint64> value);
    void setText(int item, const std::optional<QString> &value);

    [[nodiscard]] int find(const QString &path) const { return m_byPath.value(path, -1); }
    [[nodiscard]] QStringList paths() const;
    [[nodiscard]] const QVariant &value(int item) const { return m_items[static_cast<size_t>(item)].value; }
    [[nodiscard]] const QString &text(int item) const { return m_items[static_cast<size_t>(item)].text; }

    /// A write from the bus; \a given as it came.
    void write(int item, const QVariant &given, const Reply &reply);

    /// Everything, for GetItems.
    [[nodiscard]] ItemsMap all() const;
    /// What changed since the last call, for ItemsChanged.
    [[nodiscard]] ItemsMap takeChanges();
    /// Items below \a folder ("/", "/Dc"), keys relative to it.
    [[nodiscard]] QVariantMap valuesBelow(const QString &folder) const;
    [[nodiscard]] TextsMap textsBelow(const QString &folder) const;

private:
    struct Item
    {
        QString path;
        ItemType type;
        ItemFormat format;
        int roundTo;
        QVariant value;
        QString text;
        bool changed = false;
        WriteHandler handler;
    };
    void store(Item &item, const QVariant &value, const QString &text);
    [[nodiscard]] static QString textOf(const Item &item, double value);

    std::vector<Item> m_items;
    QHash<QString, int> m_byPath;
    std::vector<int> m_changed;
};

} // namespace sb

Q_DECLARE_METATYPE(sb::ItemsMap)
Q_DECLARE_METATYPE(sb::TextsMap)
